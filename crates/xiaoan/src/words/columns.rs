//! The columns that imports know: the proper name first, then the names under which it comes in bureaus' tables.

use crate::table::Column;

pub const UNITS: &[Column] = &[
    Column {
        key: "name", names: &["单位名称", "学校名称", "名称", "校名", "学校", "单位"], needed: true
    },
    Column { key: "kind", names: &["单位类型", "单位性质", "类型", "单位类别"], needed: false },
    Column {
        key: "parent",
        names: &["上级单位", "主管单位", "上级", "隶属单位", "主管部门", "上级单位代码"],
        needed: false,
    },
    Column {
        key: "code", names: &["单位代码", "学校标识码", "标识码", "代码", "学校代码", "编码"], needed: false
    },
    Column { key: "short", names: &["简称", "单位简称", "学校简称"], needed: false },
    Column {
        key: "stage", names: &["办学类型", "学段", "学校类型", "学校类别", "办学层次"], needed: false
    },
    Column {
        key: "pupils", names: &["学生数", "在校生数", "学生人数", "在校学生数", "幼儿数"], needed: false
    },
    Column { key: "classes", names: &["班级数", "教学班数", "班数"], needed: false },
    Column { key: "boarders", names: &["住宿生数", "寄宿生数", "住校生数", "住宿人数"], needed: false },
    Column { key: "canteen", names: &["食堂", "有无食堂", "是否有食堂", "有食堂"], needed: false },
    Column { key: "buses", names: &["校车数", "校车", "校车辆数", "校车数量"], needed: false },
    Column { key: "address", names: &["地址", "学校地址", "单位地址", "通讯地址"], needed: false },
    Column {
        key: "phone",
        names: &["值班电话", "24小时电话", "二十四小时电话", "电话", "联系电话", "办公电话"],
        needed: false,
    },
    Column { key: "kept_from", names: &["启用日", "启用日期"], needed: false },
];

pub const PEOPLE: &[Column] = &[
    Column { key: "name", names: &["姓名", "人员姓名", "教师姓名"], needed: true },
    Column {
        key: "unit",
        names: &["单位", "单位名称", "所在单位", "学校", "学校名称", "工作单位", "单位代码"],
        needed: true,
    },
    Column { key: "role", names: &["岗位", "职务", "安全岗位", "角色", "担任岗位"], needed: false },
    Column { key: "title", names: &["岗位名称", "职务名称", "具体岗位"], needed: false },
    Column { key: "department", names: &["部门", "处室", "科室", "所在部门"], needed: false },
    Column {
        key: "mobile", names: &["手机", "手机号", "手机号码", "电话", "联系电话", "联系方式"], needed: false
    },
    Column { key: "login", names: &["账号", "登录名", "登录账号", "用户名", "帐号"], needed: false },
];

pub const PLACES: &[Column] = &[
    Column {
        key: "name", names: &["地点名称", "地点", "部位", "名称", "场所", "场所名称"], needed: true
    },
    Column { key: "unit", names: &["单位", "单位名称", "学校", "学校名称", "单位代码"], needed: true },
    Column { key: "kind", names: &["地点类型", "类型", "类别", "场所类型"], needed: false },
    Column {
        key: "parent", names: &["所在楼栋", "楼栋", "上级地点", "所属楼栋", "所在位置"], needed: false
    },
];
