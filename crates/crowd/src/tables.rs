//! The plain tables a safety director can fill in: buildings, stairs, halls, rooms, gates (and, at will, links between
//! buildings and rules), as CSV in UTF-8 or GB18030. They expand to an instance by a fixed rule (crowd.md §6.1).
//!
//! Every fault names table, row and column. Widths that are left blank are taken from the code for school buildings and
//! noted as assumed.

use crate::fault::{Code, Faults};
use crate::model::{Class, Closure, Draft, Edge, FORMAT, MAX_BYTES, Node, NodeKind, Origin, Rules, Targets, WayKind};
use std::collections::{BTreeMap, HashMap};

/// Metres in a pace, when a director steps it out.
pub const PACE_M: f64 = 0.65;
/// Most rows in one table.
const MAX_ROWS: usize = 2_000;
/// Most floors of a building.
const MAX_FLOORS: i32 = 40;

/// Names of the tables: file stem in English and Chinese.
const TABLES: [(&str, &str); 8] = [
    ("buildings", "楼栋"),
    ("stairs", "楼梯"),
    ("halls", "门厅"),
    ("rooms", "教室班级"),
    ("gates", "校门"),
    ("links", "连廊"),
    ("rules", "规则"),
    ("closures", "封闭方案"),
];

/// Expands the tables in `files` (name, bytes) to a draft called `id`. Other files are ignored.
pub fn draft_from_tables(id: &str, files: &[(String, Vec<u8>)]) -> Result<Draft, Faults> {
    let mut faults = Faults::default();
    let mut tables: BTreeMap<&str, Table> = BTreeMap::new();
    for (name, bytes) in files {
        let stem = name.rsplit(['/', '\\']).next().unwrap_or(name).trim_end_matches(".csv");
        if let Some((key, _)) = TABLES.iter().find(|(a, b)| *a == stem || *b == stem) {
            tables.insert(key, Table::read(name, bytes, &mut faults));
        }
    }
    for (key, chinese) in &TABLES[..5] {
        // a school may have no separate hall, but says so with an empty table or none at all
        if !tables.contains_key(key) && *key != "halls" {
            faults.push(Code::E_FORMAT, format!("{key}.csv"), format!("缺少“{chinese}”表 {key}.csv"));
        }
    }
    if !faults.0.is_empty() {
        return Err(faults);
    }
    let mut build = Build::new(id, faults);
    build.school(&tables);
    if build.faults.0.is_empty() { Ok(build.draft) } else { Err(build.faults) }
}

struct Table {
    name: String,
    columns: HashMap<String, usize>,
    rows: Vec<csv::StringRecord>,
}

impl Table {
    fn read(name: &str, bytes: &[u8], faults: &mut Faults) -> Table {
        let mut table = Table { name: name.to_owned(), columns: HashMap::new(), rows: Vec::new() };
        if bytes.len() > MAX_BYTES {
            faults.push(Code::E_TOO_LARGE, name, "文件太大");
            return table;
        }
        let text = decode(bytes);
        let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
        match reader.headers() {
            Ok(h) => table.columns = h.iter().enumerate().map(|(i, c)| (c.to_lowercase(), i)).collect(),
            Err(_) => faults.push(Code::E_FORMAT, format!("{name} 第 1 行"), "表头读不出来"),
        }
        for (i, row) in reader.records().enumerate() {
            match row {
                Ok(r) if r.iter().all(str::is_empty) => {}
                Ok(_) if table.rows.len() >= MAX_ROWS => {
                    faults.push(Code::E_TOO_LARGE, name, format!("超过 {MAX_ROWS} 行"));
                    break;
                }
                Ok(r) => table.rows.push(r),
                Err(_) => faults.push(Code::E_FORMAT, format!("{name} 第 {} 行", i + 2), "这一行读不出来"),
            }
        }
        table
    }

    fn text(&self, row: usize, column: &str) -> &str {
        self.columns.get(column).and_then(|&c| self.rows[row].get(c)).unwrap_or("")
    }

    fn place(&self, row: usize, column: &str) -> String {
        let line = self.rows[row].position().map_or(row as u64 + 2, csv::Position::line);
        format!("{} 第 {line} 行 {column}", self.name)
    }
}

/// UTF-8 when it is that (with or without mark), else GB18030.
fn decode(bytes: &[u8]) -> String {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = match std::str::from_utf8(bytes) {
        Ok(s) => s.to_owned(),
        Err(_) => encoding_rs::GB18030.decode(bytes).0.into_owned(),
    };
    // The reader counts a line of `\r\n` from its `\n`: every row after it would be named one too low.
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// A place along a corridor, ordered by x and then hall, room, stair.
#[derive(Debug, Clone, PartialEq)]
struct Spot {
    x: f64,
    kind: u8,
    number: usize,
    node: String,
    place: String,
}

struct Build {
    draft: Draft,
    faults: Faults,
}

impl Build {
    fn new(id: &str, faults: Faults) -> Build {
        let draft = Draft {
            format: FORMAT.into(),
            id: id.into(),
            name: id.into(),
            time_step_s: 1.0,
            rules: Rules::default(),
            targets: Targets { evacuation: vec!["ASSEMBLY".into()], dismissal: vec!["STREET".into()] },
            nodes: Vec::new(),
            edges: Vec::new(),
            classes: Vec::new(),
            closures: Vec::new(),
            siblings: Vec::new(),
            buses: Vec::new(),
            assumed: Vec::new(),
            origin: Origin::default(),
        };
        Build { draft, faults }
    }

    fn school(&mut self, tables: &BTreeMap<&str, Table>) {
        let buildings = &tables["buildings"];
        for row in 0..buildings.rows.len() {
            self.building(buildings, row, tables);
        }
        for table in ["stairs", "halls", "rooms"] {
            self.owners(tables, table, buildings);
        }
        if let Some(links) = tables.get("links") {
            self.links(links);
        }
        self.gates(&tables["gates"]);
        self.rules(tables.get("rules"));
        if let Some(closures) = tables.get("closures") {
            for row in 0..closures.rows.len() {
                let edges = closures.text(row, "edges").split([';', '；']).map(|e| e.trim().to_owned());
                let edges = edges.filter(|e| !e.is_empty()).collect();
                let (id, note) = (closures.text(row, "closure").to_owned(), closures.text(row, "note").to_owned());
                self.draft.closures.push(Closure { id, note, edges });
            }
        }
    }

    /// Rows that belong to a building nobody listed.
    fn owners(&mut self, tables: &BTreeMap<&str, Table>, name: &str, buildings: &Table) {
        let Some(table) = tables.get(name) else { return };
        for row in 0..table.rows.len() {
            let b = table.text(row, "building");
            if !(0..buildings.rows.len()).any(|r| buildings.text(r, "building") == b) {
                self.faults.push(Code::E_NODE_UNKNOWN, table.place(row, "building"), format!("楼栋 {b} 不在楼栋表中"));
            }
        }
    }

    /// A figure in metres (or whatever the column holds); paces are accepted as "12步".
    fn figure(&mut self, t: &Table, row: usize, column: &str) -> Option<f64> {
        let raw = t.text(row, column).trim();
        if raw.is_empty() {
            return None;
        }
        let (digits, unit) = match raw.strip_suffix('步') {
            Some(paces) => (paces.trim(), PACE_M),
            None => (raw.trim_end_matches(['米', 'm', '人', '秒', 's']).trim(), 1.0),
        };
        match digits.parse::<f64>() {
            Ok(v) if v.is_finite() => {
                if unit != 1.0 {
                    let place = t.place(row, column);
                    self.draft.assumed.push(format!("{place}：{digits} 步按每步 {PACE_M} 米折算"));
                }
                Some(v * unit)
            }
            _ => {
                let shown: String = raw.chars().take(20).collect();
                self.faults.push(Code::E_FORMAT, t.place(row, column), format!("“{shown}”不是数"));
                None
            }
        }
    }

    fn required(&mut self, t: &Table, row: usize, column: &str) -> f64 {
        let before = self.faults.0.len();
        let v = self.figure(t, row, column);
        if v.is_none() && self.faults.0.len() == before {
            self.faults.push(Code::E_FORMAT, t.place(row, column), "缺少这一项");
        }
        v.unwrap_or(1.0)
    }

    fn assumed(&mut self, t: &Table, row: usize, column: &str, default: f64) -> f64 {
        let before = self.faults.0.len();
        match self.figure(t, row, column) {
            Some(v) => v,
            None if self.faults.0.len() > before => default,
            None => {
                self.draft.assumed.push(format!("{}：未填，按 {default} 计", t.place(row, column)));
                default
            }
        }
    }

    fn node(&mut self, node: Node, place: &str) {
        self.draft.nodes.push(node);
        self.draft.origin.nodes.push(place.to_owned());
    }

    fn edge(&mut self, edge: Edge, place: &str) {
        self.draft.edges.push(edge);
        self.draft.origin.edges.push(place.to_owned());
    }

    fn building(&mut self, b: &Table, row: usize, tables: &BTreeMap<&str, Table>) {
        let name = b.text(row, "building").to_owned();
        let place = b.place(row, "building");
        if name.is_empty() {
            self.faults.push(Code::E_FORMAT, place, "缺少楼栋名");
            return;
        }
        if (0..row).any(|r| b.text(r, "building") == name) {
            self.faults.push(Code::E_ID_DUPLICATE, place, format!("楼栋 {name} 重复"));
            return;
        }
        let floors = self.required(b, row, "floors");
        if floors.fract() != 0.0 || !(1.0..=f64::from(MAX_FLOORS)).contains(&floors) {
            self.faults.push(Code::E_FORMAT, b.place(row, "floors"), format!("层数应为 1–{MAX_FLOORS} 的整数"));
            return;
        }
        let house = House {
            floors: floors as i32,
            height: self.assumed(b, row, "floor_height_m", 3.6),
            corridor: self.assumed(b, row, "corridor_width_m", 2.4),
            corridor_place: b.place(row, "corridor_width_m"),
            riser: self.assumed(b, row, "riser_m", 0.15),
            tread: self.assumed(b, row, "tread_m", 0.26),
            middle: self.assumed(b, row, "corridor_length_m", 40.0) / 2.0,
            name,
        };
        let stairs = self.stairs(&house, &tables["stairs"]);
        for floor in (1..=house.floors).rev() {
            self.floor(&house, floor, &stairs, tables);
        }
        let to_assembly = self.assumed(b, row, "path_to_assembly_m", 25.0);
        let path_width = self.assumed(b, row, "path_width_m", 6.0);
        let yard = format!("{}-YARD", house.name);
        self.node(simple(&yard, NodeKind::Yard, 0, Some(&house.name), Some((house.middle, -15.0))), &place);
        let path = way(&yard, "ASSEMBLY", WayKind::Yard, to_assembly, Some(path_width));
        self.edge(path, &b.place(row, "path_to_assembly_m"));
    }

    fn stairs(&mut self, house: &House, t: &Table) -> Vec<Stair> {
        let rows = (0..t.rows.len()).filter(|&r| t.text(r, "building") == house.name);
        rows.map(|row| Stair {
            name: t.text(row, "stair").to_owned(),
            x: self.required(t, row, "x_m"),
            width: self.assumed(t, row, "width_m", 1.2),
            door: self.figure(t, row, "exit_door_m"),
            place: t.place(row, "width_m"),
            door_place: t.place(row, "exit_door_m"),
        })
        .collect()
    }

    fn floor(&mut self, house: &House, floor: i32, stairs: &[Stair], tables: &BTreeMap<&str, Table>) {
        let mut spots: Vec<Spot> = Vec::new();
        for (i, s) in stairs.iter().enumerate() {
            let node = format!("{}{floor}-S{}", house.name, s.name);
            spots.push(Spot { x: s.x, kind: 2, number: i, node, place: s.place.clone() });
        }
        if floor == 1
            && let Some(halls) = tables.get("halls")
        {
            self.halls(house, halls, &mut spots);
        }
        self.rooms(house, floor, &tables["rooms"], &mut spots);
        spots.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.kind.cmp(&b.kind)).then(a.number.cmp(&b.number)));
        for s in &spots {
            let node = simple(&s.node, NodeKind::Corridor, floor, Some(&house.name), Some((s.x, 0.0)));
            self.node(node, &s.place);
        }
        for pair in spots.windows(2) {
            let length = hundredth(pair[1].x - pair[0].x).max(1.0);
            let mut e = way(&pair[0].node, &pair[1].node, WayKind::Corridor, length, Some(house.corridor));
            e.two_way = true;
            self.edge(e, &house.corridor_place);
        }
        for s in stairs {
            self.landing(house, floor, s);
        }
    }

    fn landing(&mut self, house: &House, floor: i32, s: &Stair) {
        let landing = format!("{}-T{}-{floor}", house.name, s.name);
        let node = simple(&landing, NodeKind::Stair, floor, Some(&house.name), Some((s.x, -3.0)));
        self.node(node, &s.place);
        let from = format!("{}{floor}-S{}", house.name, s.name);
        let mut e = way(&from, &landing, WayKind::Corridor, 2.5, Some(house.corridor.min(3.0)));
        e.two_way = true;
        self.edge(e, &house.corridor_place);
        if floor > 1 {
            let steps = (house.height / house.riser).round();
            let length = steps * (house.riser.powi(2) + house.tread.powi(2)).sqrt() + 2.0 * s.width;
            let below = format!("{}-T{}-{}", house.name, s.name, floor - 1);
            let mut e = way(&landing, &below, WayKind::Stair, hundredth(length), Some(s.width));
            (e.riser_m, e.tread_m) = (Some(house.riser), Some(house.tread));
            self.edge(e, &s.place);
        } else if let Some(door) = s.door {
            let mut e = way(&landing, &format!("{}-YARD", house.name), WayKind::Door, 4.0, Some(door));
            e.exit = true;
            self.edge(e, &s.door_place);
        }
    }

    fn halls(&mut self, house: &House, t: &Table, spots: &mut Vec<Spot>) {
        for row in (0..t.rows.len()).filter(|&r| t.text(r, "building") == house.name) {
            let node = format!("{}1-H{}", house.name, t.text(row, "hall"));
            let x = self.required(t, row, "x_m");
            let door = self.required(t, row, "exit_door_m");
            let mut e = way(&node, &format!("{}-YARD", house.name), WayKind::Door, 5.0, Some(door));
            e.exit = true;
            self.edge(e, &t.place(row, "exit_door_m"));
            spots.push(Spot { x, kind: 0, number: row, node, place: t.place(row, "hall") });
        }
    }

    fn rooms(&mut self, house: &House, floor: i32, t: &Table, spots: &mut Vec<Spot>) {
        let of_house = |r: &usize| t.text(*r, "building") == house.name;
        let mut found: Vec<(f64, usize)> = Vec::new();
        for row in (0..t.rows.len()).filter(of_house) {
            let f = self.required(t, row, "floor");
            if f.fract() != 0.0 || f < 1.0 || f > f64::from(house.floors) {
                let text = format!("楼栋 {} 没有第 {f} 层", house.name);
                self.faults.push(Code::E_CLASS_ROOM, t.place(row, "floor"), text);
            } else if f as i32 == floor {
                found.push((self.required(t, row, "x_m"), row));
            }
        }
        found.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        for (number, (x, row)) in found.into_iter().enumerate() {
            let spot = format!("{}{floor}-R{}", house.name, number + 1);
            self.room(house, floor, t, row, (x, &spot));
            spots.push(Spot { x, kind: 1, number, node: spot, place: t.place(row, "x_m") });
        }
    }

    fn room(&mut self, house: &House, floor: i32, t: &Table, row: usize, (x, spot): (f64, &str)) {
        let room = t.text(row, "room").to_owned();
        let doors = self.assumed(t, row, "doors", 2.0);
        let width = self.assumed(t, row, "door_width_m", 0.9);
        self.node(simple(&room, NodeKind::Room, floor, Some(&house.name), Some((x, 6.0))), &t.place(row, "room"));
        let mut door = way(&room, spot, WayKind::Door, 8.0, Some(width));
        door.count = if (0.0..=1000.0).contains(&doors) { doors as u32 } else { 0 };
        self.edge(door, &t.place(row, "door_width_m"));
        let class = t.text(row, "class").to_owned();
        if class.is_empty() {
            return;
        }
        let n = self.required(t, row, "pupils");
        let grade = self.figure(t, row, "grade").unwrap_or(0.0);
        let not_before_s = self.figure(t, row, "not_before_s").unwrap_or(0.0);
        let place = t.place(row, "pupils");
        self.draft.classes.push(Class { name: class.clone(), id: class, grade: grade as i32, room, n, not_before_s });
        self.draft.origin.classes.push(place);
    }

    fn links(&mut self, t: &Table) {
        for row in 0..t.rows.len() {
            let (from, to) = (t.text(row, "from").to_owned(), t.text(row, "to").to_owned());
            let (width, length) = (self.required(t, row, "width_m"), self.required(t, row, "length_m"));
            let mut e = way(&from, &to, WayKind::Corridor, length, Some(width));
            e.two_way = true;
            self.edge(e, &t.place(row, "from"));
        }
    }

    fn gates(&mut self, t: &Table) {
        self.node(simple("ASSEMBLY", NodeKind::Assembly, 0, None, None), "");
        for row in 0..t.rows.len() {
            let gate = t.text(row, "gate").to_owned();
            let place = t.place(row, "gate");
            let width = self.assumed(t, row, "width_m", 3.0);
            let distance = self.assumed(t, row, "distance_from_assembly_m", 50.0);
            self.node(simple(&gate, NodeKind::Gate, 0, None, None), &place);
            let walk = way("ASSEMBLY", &gate, WayKind::Yard, distance, Some(8.0));
            self.edge(walk, &t.place(row, "distance_from_assembly_m"));
            let hold = self.figure(t, row, "pickup_persons");
            let handed = self.figure(t, row, "pickup_ps");
            let end = if let (Some(hold), Some(ps)) = (hold, handed) {
                let pickup = if t.rows.len() == 1 { "PICKUP".to_owned() } else { format!("PICKUP-{gate}") };
                let mut node = simple(&pickup, NodeKind::Pickup, 0, None, None);
                node.hold = hold;
                self.node(node, &t.place(row, "pickup_persons"));
                let mut e = way(&pickup, "STREET", WayKind::Yard, 20.0, None);
                e.cap_ps = Some(ps);
                self.edge(e, &t.place(row, "pickup_ps"));
                pickup
            } else {
                "STREET".to_owned()
            };
            self.edge(way(&gate, &end, WayKind::Gate, 6.0, Some(width)), &t.place(row, "width_m"));
        }
        self.node(simple("STREET", NodeKind::Street, 0, None, None), "");
    }

    /// Rules by the grades in the rooms table (small children: slower, more room), then whatever the rules table says.
    fn rules(&mut self, t: Option<&Table>) {
        let grades: Vec<i32> = self.draft.classes.iter().map(|c| c.grade).filter(|&g| g > 0).collect();
        let (young, old) = (grades.iter().any(|&g| g <= 6), grades.iter().any(|&g| g > 6));
        let r = &mut self.draft.rules;
        if young && !old {
            r.speed_factor = 0.9;
            let d = &mut r.density_limit;
            (d.stair, d.door, d.gate, d.corridor, d.yard) = (1.2, 1.5, 1.5, 1.3, 1.3);
        } else if young {
            r.speed_factor = 0.95;
        }
        let Some(t) = t else { return };
        for row in 0..t.rows.len() {
            let value = self.required(t, row, "value");
            let r = &mut self.draft.rules;
            let slot = match t.text(row, "rule") {
                "speed_factor" => &mut r.speed_factor,
                "file_rate_ps" => &mut r.file_rate_ps,
                "min_rate_ps" => &mut r.min_rate_ps,
                "class_gap_s" => &mut r.class_gap_s,
                "premovement_s" => &mut r.premovement_s,
                "density_stair" => &mut r.density_limit.stair,
                "density_door" => &mut r.density_limit.door,
                "density_gate" => &mut r.density_limit.gate,
                "density_corridor" => &mut r.density_limit.corridor,
                "density_yard" => &mut r.density_limit.yard,
                other => {
                    let text = format!("没有叫 {other} 的规则");
                    self.faults.push(Code::E_FORMAT, t.place(row, "rule"), text);
                    continue;
                }
            };
            *slot = value;
        }
    }
}

struct House {
    name: String,
    floors: i32,
    height: f64,
    corridor: f64,
    corridor_place: String,
    riser: f64,
    tread: f64,
    /// Middle of the corridor, for drawing.
    middle: f64,
}

struct Stair {
    name: String,
    x: f64,
    width: f64,
    door: Option<f64>,
    place: String,
    door_place: String,
}

fn hundredth(v: f64) -> f64 {
    (v * 100.0).round() / 100.0
}

fn simple(id: &str, kind: NodeKind, floor: i32, building: Option<&str>, at: Option<(f64, f64)>) -> Node {
    Node {
        id: id.to_owned(),
        kind,
        floor,
        building: building.map(str::to_owned),
        x: at.map(|a| a.0),
        y: at.map(|a| a.1),
        hold: 0.0,
    }
}

fn way(from: &str, to: &str, kind: WayKind, length_m: f64, width_m: Option<f64>) -> Edge {
    Edge {
        id: format!("{from}>{to}"),
        from: from.to_owned(),
        to: to.to_owned(),
        kind,
        length_m,
        width_m,
        count: 1,
        riser_m: None,
        tread_m: None,
        two_way: false,
        cap_ps: None,
        exit: false,
    }
}
