"""The rules in force: one entry each. Limits that no standard fixes are design values and say so."""

from __future__ import annotations

from rules.rule import Persistence, ReadingRule, Rule, at_least, at_most, rising, seconds
from schemas.domain import DeviceEventKind, Quantity, Severity, SignalClass

SMOKE_LEVEL_ALARM = ReadingRule(
    id="smoke_level_alarm",
    signal_class=SignalClass.FIRE,
    severity=Severity.ORANGE,
    latching=True,
    title_zh="烟雾浓度火警",
    title_en="Smoke at fire level",
    advice_zh="立即派人到场核实；同时联系微型消防站和值班人员。",
    advice_en="Send somebody to look at once; call the building's fire post and its duty staff.",
    source="design value 0.30 dB/m, within the 0.5-4 %/ft marked sensitivity of point detectors",
    quantity=Quantity.SMOKE,
    judge=at_least(0.30, clears_below=0.10),
    limit=0.30,
    unit="dB/m",
    persistence=Persistence(seconds(10), seconds(300), n_true=2, m_samples=3),
)

SMOKE_RISE = ReadingRule(
    id="smoke_rise",
    signal_class=SignalClass.WARNING,
    severity=Severity.YELLOW,
    latching=False,
    title_zh="烟雾快速上升预警",
    title_en="Smoke rising",
    advice_zh="电话核实现场；留意同一区域的温度和其他探测器。",
    advice_en="Call the building to look; watch temperature and the other detectors of the zone.",
    source="design value 0.10 dB/m per minute, above the 0.06 dB/m per minute of a smoke tunnel's ramp",
    quantity=Quantity.SMOKE,
    judge=rising(0.10, floor=0.10, clears_per_minute=0.03, window_us=seconds(120)),
    limit=0.10,
    unit="dB/m/min",
    persistence=Persistence(0, seconds(120)),
    judges_late=False,
)

HEAT_FIXED_ALARM = ReadingRule(
    id="heat_fixed_alarm",
    signal_class=SignalClass.FIRE,
    severity=Severity.ORANGE,
    latching=True,
    title_zh="定温火警",
    title_en="Heat at fire level",
    advice_zh="立即派人到场核实；通知疏散并联系微型消防站。",
    advice_en="Send somebody to look at once; warn the occupants and call the fire post.",
    source="design value 57 °C, within the static range 54-65 °C of class A1 (EN 54-5)",
    quantity=Quantity.TEMPERATURE,
    judge=at_least(57.0, clears_below=47.0),
    limit=57.0,
    unit="°C",
    persistence=Persistence(seconds(10), seconds(300)),
)

SPRINKLER_WATER_FLOW = ReadingRule(
    id="sprinkler_water_flow",
    signal_class=SignalClass.FIRE,
    severity=Severity.ORANGE,
    latching=True,
    title_zh="喷淋水流火警",
    title_en="Sprinkler water is flowing",
    advice_zh="核实是否有喷头动作或末端试水；确认消防泵已启动。",
    advice_en="Find out whether a head has opened or a test is under way; see that the fire pump runs.",
    source="design value 0.63 L/s (37.5 L/min)",
    quantity=Quantity.FLOW,
    judge=at_least(0.63, clears_below=0.25),
    limit=0.63,
    unit="L/s",
    persistence=Persistence(seconds(20), seconds(120)),
)

HYDRANT_PRESSURE_ZERO = ReadingRule(
    id="hydrant_pressure_zero",
    signal_class=SignalClass.SUPERVISORY,
    severity=Severity.RED,
    latching=True,
    title_zh="消火栓无水",
    title_en="Hydrant without water",
    advice_zh="立即检查阀门、消防水箱和水泵；恢复前按无水建筑部署力量。",
    advice_en="Check valves, roof tank and pumps at once; until mended, plan for a building without water.",
    source="design value 0.02 MPa at the sensor; clears from 0.07 MPa, the least static pressure of "
    "GB 50974-2014 5.2.2 for dwellings",
    quantity=Quantity.PRESSURE,
    judge=at_most(0.02, clears_from=0.07),
    limit=0.02,
    unit="MPa",
    persistence=Persistence(seconds(30), seconds(120)),
)

RESIDUAL_CURRENT_ALARM = ReadingRule(
    id="residual_current_alarm",
    signal_class=SignalClass.WARNING,
    severity=Severity.ORANGE,
    latching=True,
    title_zh="剩余电流报警",
    title_en="Residual current at alarm level",
    advice_zh="通知电工查找漏电回路；不要自动切断供电。",
    advice_en="Have an electrician find the leaking circuit; do not cut the supply automatically.",
    source="GB 50116-2013 9.2.3: 300 to 500 mA; 300 mA taken",
    quantity=Quantity.RESIDUAL_CURRENT,
    judge=at_least(300.0, clears_below=240.0),
    limit=300.0,
    unit="mA",
    persistence=Persistence(seconds(10), seconds(300)),
)

CABLE_TEMP_ALARM = ReadingRule(
    id="cable_temp_alarm",
    signal_class=SignalClass.WARNING,
    severity=Severity.ORANGE,
    latching=True,
    title_zh="电缆超温报警",
    title_en="Cable too hot",
    advice_zh="检查该回路负荷和接头；必要时减载，由电工到场处理。",
    advice_en="Check the circuit's load and joints; shed load if need be and send an electrician.",
    source="design value 70 °C, what PVC insulation bears",
    quantity=Quantity.CABLE_TEMPERATURE,
    judge=at_least(70.0, clears_below=60.0),
    limit=70.0,
    unit="°C",
    persistence=Persistence(seconds(30), seconds(600)),
)

DEVICE_SILENT = Rule(
    id="device_silent",
    signal_class=SignalClass.FAULT,
    severity=Severity.YELLOW,
    latching=False,
    title_zh="设备失联",
    title_en="Device is silent",
    advice_zh="该设备状态未知，不是正常。检查供电、网络和网关。",
    advice_en="The state of this device is unknown, not normal. Check its power, network and gateway.",
    source="design value: three intervals, at least 90 s; 2.2 heartbeats for battery devices",
)

SEQUENCE_GAP = Rule(
    id="sequence_gap",
    signal_class=SignalClass.FAULT,
    severity=Severity.BLUE,
    latching=False,
    title_zh="报文序号缺失",
    title_en="Messages are missing",
    advice_zh="该设备有报文未到达。检查网关的存储转发和网络；补发后自动恢复。",
    advice_en="Messages of this device never came. Check gateway and network; it clears when they are sent again.",
    source="design value: a gap in the sequence numbers that stays for 120 s",
)

DETECTOR_FIRE_STATE = Rule(
    id="detector_fire_state",
    signal_class=SignalClass.FIRE,
    severity=Severity.ORANGE,
    latching=True,
    title_zh="探测器火警",
    title_en="Detector declares fire",
    advice_zh="立即派人到场核实；同时联系微型消防站和值班人员。",
    advice_en="Send somebody to look at once; call the building's fire post and its duty staff.",
    source="GB/T 26875.3-2011, component state bit 1",
)

MANUAL_CALL_POINT = Rule(
    id="manual_call_point",
    signal_class=SignalClass.FIRE,
    severity=Severity.RED,
    latching=True,
    title_zh="手动火灾报警",
    title_en="Manual call point pressed",
    advice_zh="有人按下报警按钮：按火警处置，立即派人。",
    advice_en="Somebody pressed the call point: treat as a fire and send at once.",
    source="GB/T 26875.3-2011, component types 23 and 24",
)

DEVICE_FAULT_STATE = Rule(
    id="device_fault_state",
    signal_class=SignalClass.FAULT,
    severity=Severity.YELLOW,
    latching=False,
    title_zh="设备自报故障",
    title_en="Device declares a fault",
    advice_zh="安排维修；修复前该部位失去保护。",
    advice_en="Have it mended; until then its place is unprotected.",
    source="GB/T 26875.3-2011, component state bits 2 and 8",
)

READING_RULES: tuple[ReadingRule, ...] = (
    SMOKE_LEVEL_ALARM,
    SMOKE_RISE,
    HEAT_FIXED_ALARM,
    SPRINKLER_WATER_FLOW,
    HYDRANT_PRESSURE_ZERO,
    RESIDUAL_CURRENT_ALARM,
    CABLE_TEMP_ALARM,
)
DECLARATION_RULES: dict[DeviceEventKind, Rule] = {
    DeviceEventKind.FIRE: DETECTOR_FIRE_STATE,
    DeviceEventKind.MANUAL_ALARM: MANUAL_CALL_POINT,
    DeviceEventKind.FAULT: DEVICE_FAULT_STATE,
    DeviceEventKind.POWER_FAULT: DEVICE_FAULT_STATE,
}
CATALOGUE: tuple[Rule, ...] = (
    *READING_RULES,
    DEVICE_SILENT,
    SEQUENCE_GAP,
    DETECTOR_FIRE_STATE,
    MANUAL_CALL_POINT,
    DEVICE_FAULT_STATE,
)
