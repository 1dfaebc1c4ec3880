"""Names and plans of the make-believe city 澜川市. None of these places exists."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.domain import AreaLevel, BuildingUse, ZoneUse
from schemas.registry_records import Area


@dataclass(frozen=True)
class Plan:
    """How every storey of one type of building is divided, beside its corridor and its stair.

    Attributes
    ----------
    storey_m
        Floor to floor [m].
    cares_for_people
        Medical or elderly care, which GB 50016 puts into a higher class.
    rooms
        Use and name of the zones of one storey, in the order in which they adjoin.
    """

    use: BuildingUse
    storey_m: float
    rooms: tuple[tuple[ZoneUse, str], ...]
    cares_for_people: bool = False


@dataclass(frozen=True)
class Site:
    """One building of the city before it is equipped."""

    name: str
    plan: Plan
    floors: int
    grid: str
    high_risk: bool = False


_CORRIDOR = (ZoneUse.CORRIDOR, "走廊")
_STAIR = (ZoneUse.STAIR, "楼梯间")
_ROOM, _KITCHEN, _SHOP, _OFFICE = ZoneUse.ROOM, ZoneUse.KITCHEN, ZoneUse.SHOP, ZoneUse.OFFICE
_PUBLIC, _HOMES, _WORKS = BuildingUse.PUBLIC, BuildingUse.RESIDENTIAL, BuildingUse.INDUSTRIAL

HOME = Plan(
    _HOMES, 3.0, (_CORRIDOR, (_ROOM, "01室客厅"), (_KITCHEN, "01室厨房"), (_ROOM, "02室客厅"), _STAIR)
)
HOTEL = Plan(_PUBLIC, 3.6, (_CORRIDOR, (_ROOM, "01客房"), (_ROOM, "02客房"), (_ROOM, "03客房"), _STAIR))
OFFICE = Plan(
    _PUBLIC, 4.0, (_CORRIDOR, (_OFFICE, "东区办公"), (_OFFICE, "西区办公"), (_KITCHEN, "茶水间"), _STAIR)
)
MALL = Plan(
    _PUBLIC, 5.0, (_CORRIDOR, (_SHOP, "东区商铺"), (_SHOP, "西区商铺"), (_KITCHEN, "餐饮厨房"), _STAIR)
)
WARD = Plan(
    _PUBLIC, 4.0, (_CORRIDOR, (_ROOM, "东病区"), (_ROOM, "西病区"), (_OFFICE, "护士站"), _STAIR), True
)
CARE = Plan(
    _PUBLIC, 3.4, (_CORRIDOR, (_ROOM, "01居室"), (_ROOM, "02居室"), (_KITCHEN, "备餐间"), _STAIR), True
)
DORM = Plan(_PUBLIC, 3.4, (_CORRIDOR, (_ROOM, "01寝室"), (_ROOM, "02寝室"), (_ROOM, "03寝室"), _STAIR))
CLUB = Plan(_PUBLIC, 4.2, (_CORRIDOR, (_ROOM, "01包厢"), (_ROOM, "02包厢"), (_KITCHEN, "后厨"), _STAIR))
WORKS = Plan(
    _WORKS,
    6.0,
    (_CORRIDOR, (ZoneUse.PLANT, "东车间"), (ZoneUse.PLANT, "西车间"), (_OFFICE, "办公室"), _STAIR),
)

BASEMENT: tuple[tuple[ZoneUse, str], ...] = (
    (ZoneUse.PUMP_ROOM, "消防水泵房"),
    (ZoneUse.ELECTRICAL_ROOM, "配电室"),
    (ZoneUse.GARAGE, "车库"),
    (ZoneUse.CHARGING, "电动自行车充电区"),
)
"""What lies under every building."""

AREAS: tuple[Area, ...] = (
    Area(code="LC", name="澜川市", level=AreaLevel.CITY, parent=None),
    Area(code="LC-YT", name="云汀区", level=AreaLevel.DISTRICT, parent="LC"),
    Area(code="LC-YT-FT", name="烽台街道", level=AreaLevel.STREET, parent="LC-YT"),
    Area(code="LC-YT-LQ", name="澜桥街道", level=AreaLevel.STREET, parent="LC-YT"),
    Area(code="LC-YT-JX", name="锦墟街道", level=AreaLevel.STREET, parent="LC-YT"),
    Area(code="LC-YT-JY", name="霁野镇", level=AreaLevel.TOWNSHIP, parent="LC-YT"),
    Area(code="LC-YT-LD", name="岚渡乡", level=AreaLevel.TOWNSHIP, parent="LC-YT"),
    Area(code="LC-YT-FT-01", name="烽台街道第一网格", level=AreaLevel.GRID, parent="LC-YT-FT"),
    Area(code="LC-YT-FT-02", name="烽台街道第二网格", level=AreaLevel.GRID, parent="LC-YT-FT"),
    Area(code="LC-YT-LQ-01", name="澜桥街道第一网格", level=AreaLevel.GRID, parent="LC-YT-LQ"),
    Area(code="LC-YT-LQ-02", name="澜桥街道第二网格", level=AreaLevel.GRID, parent="LC-YT-LQ"),
    Area(code="LC-YT-JX-01", name="锦墟街道第一网格", level=AreaLevel.GRID, parent="LC-YT-JX"),
    Area(code="LC-YT-JX-02", name="锦墟街道第二网格", level=AreaLevel.GRID, parent="LC-YT-JX"),
    Area(code="LC-YT-JY-01", name="霁野镇第一网格", level=AreaLevel.GRID, parent="LC-YT-JY"),
    Area(code="LC-YT-LD-01", name="岚渡乡第一网格", level=AreaLevel.GRID, parent="LC-YT-LD"),
)

SITES: tuple[Site, ...] = (
    Site("澜桥购物中心", MALL, 7, "LC-YT-LQ-01", high_risk=True),
    Site("云汀国际中心", OFFICE, 32, "LC-YT-FT-01"),
    Site("澜桥新苑1号楼", HOME, 26, "LC-YT-LQ-02"),
    Site("云汀大酒店", HOTEL, 22, "LC-YT-FT-01"),
    Site("云汀人民医院住院楼", WARD, 16, "LC-YT-FT-02", high_risk=True),
    Site("锦墟花园7号楼", HOME, 33, "LC-YT-JX-01"),
    Site("锦墟小商品批发市场", MALL, 4, "LC-YT-JX-02", high_risk=True),
    Site("烽台金融大厦", OFFICE, 28, "LC-YT-FT-02"),
    Site("松鹤颐养院", CARE, 9, "LC-YT-JY-01", high_risk=True),
    Site("烽台家园3号楼", HOME, 18, "LC-YT-FT-01"),
    Site("星野文娱城", CLUB, 5, "LC-YT-LQ-01", high_risk=True),
    Site("霁野物流园冷链仓", WORKS, 3, "LC-YT-JY-01", high_risk=True),
    Site("锦墟科创大厦", OFFICE, 20, "LC-YT-JX-01"),
    Site("澜川职业学院学生公寓", DORM, 12, "LC-YT-JX-02"),
    Site("岚渡安置小区5号楼", HOME, 17, "LC-YT-LD-01"),
    Site("澜桥假日酒店", HOTEL, 15, "LC-YT-LQ-02"),
    Site("岚渡竹木家具厂", WORKS, 4, "LC-YT-LD-01", high_risk=True),
    Site("霁野雅居2号楼", HOME, 11, "LC-YT-JY-01"),
    Site("锦墟商贸城", MALL, 5, "LC-YT-JX-02", high_risk=True),
    Site("岚渡中心卫生院", WARD, 7, "LC-YT-LD-01", high_risk=True),
)
