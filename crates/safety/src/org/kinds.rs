//! The closed lists of kinds, each with the code that is stored and sent.

/// Makes an enum with stored codes.
macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }
        impl $name {
            pub const ALL: &'static [$name] = &[$($name::$variant),+];
            pub fn code(self) -> &'static str {
                match self { $($name::$variant => $code),+ }
            }
            pub fn from_code(code: &str) -> Option<$name> {
                match code { $($code => Some($name::$variant),)+ _ => None }
            }
        }
        impl From<$name> for db::Value {
            fn from(value: $name) -> db::Value { db::Value::Text(value.code().into()) }
        }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> std::result::Result<S::Ok, S::Error> { s.serialize_str(self.code()) }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> std::result::Result<$name, D::Error> {
                let code = <String as serde::Deserialize>::deserialize(d)?;
                $name::from_code(&code).ok_or_else(|| serde::de::Error::custom("unknown code"))
            }
        }
    };
}
pub(crate) use codes;

codes! {
    /// What a unit is. `Department` and `Campus` stand inside an institution; all others are institutions.
    UnitKind {
        City = "city",
        /// A county bureau, a development zone's bureau, or a pseudo-county (市直, 市属民办).
        County = "county",
        /// 乡镇中心校: a school with 村小 and 教学点 under it.
        Centre = "centre",
        School = "school",
        /// 村小 or 教学点: its second person is named at the 中心校.
        Point = "point",
        Campus = "campus",
        Department = "department",
        Agency = "agency",
    }
}

impl UnitKind {
    pub fn is_institution(self) -> bool {
        !matches!(self, UnitKind::Campus | UnitKind::Department)
    }
    pub fn is_school(self) -> bool {
        matches!(self, UnitKind::Centre | UnitKind::School | UnitKind::Point)
    }
    pub fn is_bureau(self) -> bool {
        matches!(self, UnitKind::City | UnitKind::County)
    }
}

codes! {
    /// 办学类型.
    Stage {
        Kindergarten = "kindergarten",
        Primary = "primary",
        Junior = "junior",
        /// 九年一贯制
        Nine = "nine",
        Senior = "senior",
        /// 完全中学
        Complete = "complete",
        Vocational = "vocational",
        Special = "special",
    }
}

codes! {
    /// 岗位. The eight of notice 4.2 are Principal, Vice, PupilsHead, SafetyHead, Teacher, Guard, Canteen, Dorm.
    Role {
        /// 校长 (园长; 教学点负责人)
        Principal = "principal",
        /// 分管副校长
        Vice = "vice",
        /// 学生处主任
        PupilsHead = "pupils_head",
        /// 安全处主任 (安全主任, 安全员)
        SafetyHead = "safety_head",
        /// 班主任 (任课教师)
        Teacher = "teacher",
        /// 安保人员
        Guard = "guard",
        /// 食堂管理人员
        Canteen = "canteen",
        /// 宿舍管理员 (生活教师)
        Dorm = "dorm",
        /// 校车照管员
        Escort = "escort",
        /// 整改责任人 (电工, 总务, 楼长)
        Fixer = "fixer",
        /// 心理教师
        Counsellor = "counsellor",
        /// 信息报送员 (and deputy)
        Reporter = "reporter",
        /// 部门负责人
        DeptHead = "dept_head",
        /// 局长
        BureauHead = "bureau_head",
        /// 分管局长
        BureauVice = "bureau_vice",
        /// 安全股 (处) 人员
        Officer = "officer",
        /// 值班室
        Desk = "desk",
        Admin = "admin",
        Archivist = "archivist",
        Auditor = "auditor",
        /// 联防单位人员
        Agency = "agency",
        /// The program itself.
        System = "system",
    }
}

impl Role {
    /// The eight posts that notice 4.2 names for every school (`Dorm` only where boarders live).
    pub const EIGHT: &'static [Role] = &[
        Role::Principal,
        Role::Vice,
        Role::PupilsHead,
        Role::SafetyHead,
        Role::Teacher,
        Role::Guard,
        Role::Canteen,
        Role::Dorm,
    ];
    /// Posts of a bureau.
    pub const BUREAU: &'static [Role] = &[Role::BureauHead, Role::BureauVice, Role::Officer, Role::Desk];
    /// May a post with this role stand at a unit of this kind?
    pub fn fits(self, home: UnitKind) -> bool {
        match self {
            Role::System => false,
            Role::Agency => home == UnitKind::Agency,
            Role::BureauHead | Role::BureauVice | Role::Officer | Role::Desk => home.is_bureau(),
            Role::Admin | Role::Archivist | Role::Auditor | Role::DeptHead | Role::Reporter => home != UnitKind::Agency,
            _ => home.is_school(),
        }
    }
}

codes! {
    /// What a place is: decides the points of a check.
    PlaceKind {
        Building = "building",
        Floor = "floor",
        Stair = "stair",
        Corridor = "corridor",
        Classroom = "classroom",
        Lab = "lab",
        Dorm = "dorm",
        Canteen = "canteen",
        Boiler = "boiler",
        Power = "power",
        Gate = "gate",
        Yard = "yard",
        Fence = "fence",
        Toilet = "toilet",
        Other = "other",
    }
}
