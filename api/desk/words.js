// Every text of the page in both languages, and how figures and times are written.

const WORDS = {
  zh: {
    name: "烽燧 值守台", other: "English", askName: "您的姓名(只问一次,记在历史里)", ok: "确定", cancel: "取消",
    nobody: "未登记姓名", acknowledge: "确认", acknowledged: "已确认", waiting: "未确认", ruled: "判定", cleared: "已恢复",
    late: "迟到数据", limit: "限值", since: (t) => `${t} 起`, floor: (n) => (n < 0 ? `地下${-n}层` : `${n}层`),
    messages: "消息/秒", lag: "延迟", silent: "失联设备", online: "在线设备", seconds: "秒", unknown: "未知",
    none: "当前没有未关闭的报警", noneButDown: "列表为空,但数据管线没有运行:不能说明平安", loading: "正在读取…",
    apiGone: (s) => `与服务失去联系 ${s} 秒:屏上内容已过时`, noBeat: (s) => `数据管线无心跳 ${s} 秒:新的报警不会出现`,
    pipeline: { stale: "数据管线部分停顿", down: "数据管线已停止:新的报警不会出现", empty: "数据管线从未运行:没有任何数据" },
    databaseGone: (s) => `数据库不可用 ${s} 秒:下方列表已过时`, stillHeard: ";新报警以「尚未入库」显示在最上方",
    notHeard: ";也收不到新报警通知", unstored: "尚未入库",
    feedGone: "变更订阅中断:正在重连", failed: "没有完成", asOf: "数据截至",
    classes: { fire: "火警", warning: "预警", actuation: "启动", supervisory: "监管", fault: "故障", disabled: "屏蔽", test: "测试" },
    colours: { red: "红色", orange: "橙色", yellow: "黄色", blue: "蓝色" },
    verdicts: { real_fire: "真实火警", false_alarm: "误报", test: "测试", drill: "演练", fault: "设备故障" },
    quantities: { smoke: "烟雾", temperature: "温度", pressure: "水压", flow: "水流", level: "水位", residual_current: "剩余电流",
      cable_temperature: "电缆温度", current: "电流", voltage: "电压", co: "一氧化碳", gas: "可燃气体", battery: "电量",
      arc: "电弧", humidity: "湿度" },
    scopes: { test: "测试中", drill: "演练中", maintenance: "维护中" }, until: "至", semicolon: ";",
    limitations: { "fixed temperature only": "仅定温", "resolution too coarse for low pressure": "分辨力不足以判断低压",
      "resolution too coarse for jockey pump cycles": "分辨力不足以判断稳压泵启停",
      "interval too long for jockey pump cycles": "采样间隔过长，无法判断稳压泵启停" },
    units: ["天", "时", "分", "秒"],
  },
  en: {
    name: "Fengsui duty desk", other: "中文", askName: "Your name (asked once, kept in the history)", ok: "OK", cancel: "Cancel",
    nobody: "no name given", acknowledge: "Acknowledge", acknowledged: "Acknowledged", waiting: "New", ruled: "Ruled",
    cleared: "Cleared", late: "late data", limit: "limit", since: (t) => `since ${t}`, floor: (n) => (n < 0 ? `basement ${-n}` : `floor ${n}`),
    messages: "messages/s", lag: "lag", silent: "silent devices", online: "devices online", seconds: "s", unknown: "unknown",
    none: "No open alerts", noneButDown: "The list is empty, but the pipeline does not run: this does not mean that all is well",
    loading: "Loading…", apiGone: (s) => `No contact with the service for ${s} s: what you see is out of date`,
    noBeat: (s) => `No sign of life from the pipeline for ${s} s: new alerts will not appear`,
    pipeline: { stale: "The pipeline stands still in part", down: "The pipeline has stopped: new alerts will not appear",
      empty: "The pipeline has never run: there is no data" },
    databaseGone: (s) => `The database has been away for ${s} s: the list is out of date`,
    stillHeard: "; new alerts appear on top as “not yet stored”", notHeard: "; nor are new alerts heard of",
    unstored: "Not yet stored",
    feedGone: "The changes feed is interrupted: connecting again", failed: "Not done", asOf: "as of",
    classes: { fire: "FIRE", warning: "Warning", actuation: "Actuation", supervisory: "Supervisory", fault: "Fault",
      disabled: "Disabled", test: "Test" },
    colours: { red: "red", orange: "orange", yellow: "yellow", blue: "blue" },
    verdicts: { real_fire: "Real fire", false_alarm: "False alarm", test: "Test", drill: "Drill", fault: "Device fault" },
    quantities: { smoke: "smoke", temperature: "temperature", pressure: "water pressure", flow: "water flow", level: "water level",
      residual_current: "residual current", cable_temperature: "cable temperature", current: "current", voltage: "voltage", co: "CO",
      gas: "gas", battery: "battery", arc: "arcs", humidity: "humidity" },
    scopes: { test: "Being tested", drill: "Drill", maintenance: "Maintenance" }, until: "until", semicolon: "; ",
    limitations: {},
    units: [" d", " h", " min", " s"],
  },
};

export let language = localStorage.getItem("fengsui.language") === "en" ? "en" : "zh";
export let words = WORDS[language];

export function switchLanguage() {
  language = language === "zh" ? "en" : "zh";
  words = WORDS[language];
  localStorage.setItem("fengsui.language", language);
}

// The two largest units are enough to judge by: 2 h 14 min, 3 min 05 s.
export function formatElapsed(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const parts = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
  const first = Math.min(parts.findIndex((part) => part > 0) >>> 0, 3);
  return parts.slice(first, first + 2).map((part, i) => part + words.units[first + i]).join(" ");
}

export function formatTime(text) {
  const moment = new Date(text);
  const isToday = moment.toDateString() === new Date().toDateString();
  const day = isToday ? "" : `${moment.getMonth() + 1}-${String(moment.getDate()).padStart(2, "0")} `;
  return day + moment.toTimeString().slice(0, 8);
}

// An absent figure is unknown, never nought.
export function formatFigure(figure, digits = 1) {
  return figure === null || figure === undefined ? words.unknown : figure.toLocaleString("en", { maximumFractionDigits: digits });
}

export function formatMeasure(value) {
  return value === null ? words.unknown : String(Number(value.toPrecision(3)));
}

// The place as one would call it out, then what narrows it down. Names in the register often repeat the floor
// and the zone they are in; read out once is enough.
export function formatPlace(where) {
  const { area, building, floor, zone, device } = where;
  const floorName = floor === null ? "" : words.floor(floor);
  const zoneName = zone ? zone.name : "";
  const deviceName = device ? without(zoneName, device.name || device.code) : "";
  const near = [building.name, floorName, without(floor === null ? "" : WORDS.zh.floor(floor), zoneName)];
  return [near.filter(Boolean).join(" "), [deviceName, area?.name].filter(Boolean).join(" · ")];
}

function without(prefix, text) {
  return prefix && text.startsWith(prefix) && text.length > prefix.length ? text.slice(prefix.length) : text;
}
