// Every text of the page in Chinese; its shape is that of the English one too.

import type { Alert, SignalClass } from "../service/wire";
import { countsZh } from "./counts";

export const zh = {
  name: "烽燧 值守台", brand: "烽燧", other: "English", languageCode: "zh-CN",
  views: { watch: "值守", city: "全市", history: "历史", ledger: "台账", report: "交接班" },
  ok: "确定", cancel: "取消", close: "关闭", back: "返回", send: "提交", loading: "正在读取…", failed: "没有完成", retry: "重试",
  unknown: "未知", none: "无", all: "全部", more: "更多", yes: "是", no: "否", of: "/",
  inBrackets: (text: string) => `(${text})`,
  askName: "您的姓名(只问一次,记在历史里)", nobody: "未登记姓名", openDesk: "本机开放",
  logIn: "登录", logOut: "退出", account: "账号", password: "口令", key: "密钥", byKey: "用密钥登录", byAccount: "用账号登录",
  badLogIn: "账号、口令或密钥不对",
  roles: { viewer: "单位", officer: "值班员", supervisor: "主管", admin: "管理员" },
  sound: { on: "声音已开", off: "声音已关", blocked: "声音未开:按任意键" }, soundOff: "声音是关的:新的火警不会响",
  themes: { auto: "明暗:自动", light: "明亮", dark: "深色" },
  acknowledge: "确认", acknowledged: "已确认", waiting: "未确认", ruled: "判定", cleared: "已恢复", active: "持续中", late: "迟到数据",
  closed: "已关闭", limit: "限值", since: (t: string) => `${t} 起`,
  floor: (n: number) => (n < 0 ? `地下${-n}层` : `${n}层`), floorShort: (n: number) => (n < 0 ? `B${-n}` : `${n}F`), wholeBuilding: "全楼",
  messages: "消息/秒", lag: "延迟", silent: "失联设备", online: "在线设备", seconds: "秒",
  noneOpen: "当前没有未关闭的报警", noneButDown: "列表为空,但数据管线没有运行:不能说明平安", noneMatch: "没有符合筛选的报警",
  apiGone: (s: number) => `与服务失去联系 ${s} 秒:屏上内容已过时`, noBeat: (s: number) => `数据管线无心跳 ${s} 秒:新的报警不会出现`,
  pipeline: {
    stale: "数据管线部分停顿", down: "数据管线已停止:新的报警不会出现", empty: "数据管线从未运行:没有任何数据", running: "数据管线运行中",
  },
  databaseGone: (s: number) => `数据库不可用 ${s} 秒:下方列表已过时`, stillHeard: ";新报警以「尚未入库」显示在最上方",
  deaf: ";也收不到新报警通知", unstored: "尚未入库", feedGone: "变更订阅中断:正在重连", asOf: "数据截至",
  fireTitle: (n: number) => `火警 ${n} 起未确认`, fireBanner: (n: number) => `${n} 起火警未确认`, goWatch: "去处理",
  classes: { fire: "火警", warning: "预警", actuation: "启动", supervisory: "监管", fault: "故障", disabled: "屏蔽", test: "测试" },
  colours: { red: "红色", orange: "橙色", yellow: "黄色", blue: "蓝色" },
  verdicts: { real_fire: "真实火警", false_alarm: "误报", test: "测试", drill: "演练", fault: "设备故障" }, noVerdict: "未判定",
  quantities: {
    smoke: "烟雾", temperature: "温度", pressure: "水压", flow: "水流", level: "水位", residual_current: "剩余电流",
    cable_temperature: "电缆温度", current: "电流", voltage: "电压", co: "一氧化碳", gas: "可燃气体", battery: "电量", arc: "电弧", humidity: "湿度",
  } as Record<string, string>,
  scopes: { test: "测试中", drill: "演练中", maintenance: "维护中" } as Record<string, string>, until: "至", semicolon: ";",
  limitations: {
    "fixed temperature only": "仅定温", "resolution too coarse for low pressure": "分辨力不足以判断低压",
    "resolution too coarse for jockey pump cycles": "分辨力不足以判断稳压泵启停",
    "interval too long for jockey pump cycles": "采样间隔过长,无法判断稳压泵启停",
  } as Record<string, string>,
  unitNames: { points: "分" } as Record<string, string>,
  units: ["天", "时", "分", "秒"] as readonly string[],
  acts: { verdict: "判定", comment: "备注", assign: "指派", escalate: "上报", close: "关闭", force: "强制关闭", undo: "撤销" },
  referrals: { supervisor: "主管", second_contact: "第二联系人" }, referredTo: (to: string) => `已上报${to}`, assignedTo: (to: string) => `已指派${to}`, note: "说明", reason: "原因(必填)", assignee: "姓名",
  done: {
    acknowledge: (a: Alert) => `已确认 ${a.id} 号`, verdict: (a: Alert) => `已判定 ${a.id} 号`, comment: (a: Alert) => `${a.id} 号已备注`,
    assign: (a: Alert) => `已指派 ${a.id} 号`, escalate: (a: Alert) => `已上报 ${a.id} 号`, close: (a: Alert) => `已关闭 ${a.id} 号`,
  },
  acknowledgeAll: "全部确认", acknowledgedAll: (n: number) => `已确认 ${n} 起`, showAll: "显示全部", incidentList: "事件",
  undone: "已撤销", undoIn: (s: number) => `撤销(${s} 秒内)`, changedMeanwhile: "报警刚刚有变化,请再看一眼",
  actions: {
    raised: "报警", escalated: "加重", eased: "减轻", cleared: "恢复", acknowledged: "确认", assigned: "指派", commented: "备注", reminded: "再次提醒",
    referred: "上报", verdict: "判定", closed: "关闭", undone: "撤销", updated: "更新",
  } as Record<string, string>,
  sections: {
    advice: "处置", why: "为什么报警", readings: "读数", section: "建筑剖面", related: "同楼其他报警", history: "经过", water: "消防水", contacts: "联系人",
    forecast: "预计超限",
  },
  points: "分", rule: "规则", source: "依据", version: "参数版本", peak: "最高", raisedAt: "报警时间", recordedAt: "入库时间",
  sureness: "可能性", likelihood: "可能性各部分", nothingElse: "没有其他报警", noReadings: "没有可画的读数", noContacts: "未登记联系人", timer: "定时器",
  legend: { alarm: "报警", silent: "失联", here: "本报警", calm: "正常" },
  between: (a: string, b: string) => `${a} 至 ${b}`, interval: "(八成把握)",
  waterNone: "该楼没有登记水压、水位或流量传感器", noReading: "无读数", gone: "没有这个报警",
  areas: "区域", buildings: "建筑", building: "建筑", area: "区域", risk: "风险", score: "分", coverage: "接入", devices: "设备", floors: "层", silentShort: "失联",
  complete: "完整率", onlineRate: "在线率", lastDay: "近 24 小时", openAlerts: "未关闭", mustConnect: "应接入", connected: "已接入",
  running: "运行", heard: "在报", notHeard: "不在报", neverSeen: "从未上报", lastHeard: "最近上报", filter: "筛选", search: "查找", byRisk: "按风险", byName: "按名称",
  onlyTrouble: "只看有报警", allAreas: "全部区域", whatLowers: "做什么能降低风险", made: "风险由来", inspectNext: "下一步去哪里", highRisk: "高风险单位",
  buildingClasses: { high_rise_1: "一类高层", high_rise_2: "二类高层", multi_storey: "多层", industrial: "厂房" } as Record<string, string>,
  buildingUses: { residential: "住宅", public: "公共", industrial: "工业" } as Record<string, string>,
  waterSystems: { hydrant: "消火栓系统", sprinkler: "自动喷水系统" } as Record<string, string>,
  deviceStates: {
    fire: "火警", warning: "预警", actuation: "启动", silent: "失联", unknown: "未知", never_seen: "从未上报", supervisory: "监管", fault: "故障", disabled: "屏蔽",
    test: "测试", normal: "正常",
  },
  coverageStates: { no_devices: "无设备", never_heard: "从未上报", unproven: "未满一天", failing: "未达标", running: "运行" } as Record<string, string>,
  notJudged: "未评估", 
  from: "从", till: "到", state: "状态", open: "未关闭", class: "类别", verdict: "判定", place: "地点", what: "内容", when: "时间", who: "人员", person: "人员",
  colour: "颜色", number: "编号", duration: "持续", found: (n: number) => `共 ${n} 条`, foundMore: (n: number) => `已显示 ${n} 条,还有更多`, print: "打印", download: "下载 CSV",
  ledgers: { hazards: "隐患台账", falseAlarms: "误报台账" }, owner: "责任", due: "期限", overdue: "逾期", hazardStates: {
    open: "待整改", claimed: "待验证", mended: "已整改", dismissed: "不成立",
  }, owners: { building: "使用单位", maintenance: "维保单位", electrician: "电工", water_supply: "供水单位" } as Record<string, string>,
  foundAt: "发现", foundBy: "发现者", day: "日期", falseAlarms: "误报数", tooMany: "过多(GB 50440)", byDevice: "按设备", noHazards: "没有隐患", noFalseAlarms: "没有误报",
  markMended: "已整改", overdueOnly: "只看逾期",
  report: {
    title: "值班交接班报告", shift: "班次", last8: "最近 8 小时", last12: "最近 12 小时", last24: "最近 24 小时", raised: "本班报警", still: "交班时未关闭",
    acknowledgedIn: "确认用时(中位)", ruledIn: "判定用时(中位)", fires: "火警与预警", handedOver: "交班人", takenOver: "接班人", date: "日期", remarks: "交接事项",
    median: "中位", slowest: "最长", perPerson: "各人用时", nothing: "本班没有报警", made: "制表", cut: "只读取了一部分,数字不全",
  },
  counts: countsZh,
  keys: "按键", keyList: "按键一览", lettersOn: "字母键:开", lettersOff: "字母键:关", help: "帮助",
  keyNames: {
    watch: "值守", city: "全市", history: "历史", ledger: "台账", report: "交接班", keys: "按键一览", sound: "声音开关", theme: "明暗", language: "中文 / English",
    up: "上一条", down: "下一条", first: "第一条", last: "最后一条", open: "打开", acknowledge: "确认所选(未选则最上面未确认的)", back: "返回", undo: "撤销刚才的操作",
    real_fire: "判定:真实火警", false_alarm: "判定:误报", test: "判定:测试", drill: "判定:演练", fault: "判定:设备故障", comment: "备注", assign: "指派",
    escalate: "上报", close: "关闭", search: "查找", unacknowledged: "只看未确认", incident: "下一个事件", print: "打印", building: "打开建筑",
  },
  onlyUnacknowledged: "只看未确认", classFilter: (c: SignalClass) => `只看${zhClass[c]}`, list: "未关闭的报警", position: (n: number, of: number) => `${n} / ${of}`,
};

const zhClass: Record<SignalClass, string> = {
  fire: "火警", warning: "预警", actuation: "启动", supervisory: "监管", fault: "故障", disabled: "屏蔽", test: "测试",
};

export type Words = typeof zh;
