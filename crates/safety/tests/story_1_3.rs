//! 1.3 建立安全台帐管理制度: the ledger is the view of the work, in the inspector's columns, never typed.

use base::Cell;
use safety::hazard::{Act, Input, ledger};

use crate::world::{fixed, on_both};

#[test]
fn the_hazard_ledger_has_the_inspectors_columns_and_tells_what_was_done() {
    on_both(|w| {
        let id = w.assigned();
        w.act("王建军", id, Act::Rectify, fixed("换了灯具内电池")).unwrap();
        w.act("李建国", id, Act::Recheck, Input::default()).unwrap();
        w.act("周文海", id, Act::Close, Input::default()).unwrap();
        let (school, day) = (w.school, w.app.now().day());
        let sheet = w.sees("于海涛", move |cx| ledger::sheet(cx, school, day, day)).unwrap();
        assert_eq!(sheet.unit, "江湾中学");
        assert_eq!(sheet.columns.len(), 16);
        assert_eq!((sheet.columns[0], sheet.columns[15]), ("serial", "remark"));
        let row = &sheet.rows[0];
        assert_eq!(row[0], Cell::Int(1));
        assert_eq!(row[2], Cell::Text("张福贵".into()));
        assert_eq!(row[3], Cell::Text("3号楼东楼梯二层".into()));
        assert_eq!(row[7], Cell::Text("换了灯具内电池".into()));
        assert_eq!(row[11], Cell::Text("李建国".into()));
        assert_eq!(row[13], Cell::Code("result", "pass".into()));
        assert_eq!(row[14], Cell::Code("yes_no", "yes".into()));
    });
}
