//! `export`: hazards, contacts and units as CSV, also beside a running server. The person at the keyboard has the whole
//! folder before him; rights of logins do not apply here.

use base::{Id, Ms};
use db::{Db, Row, args};
use safety::hazard::{Category, Grade, State};
use safety::org::{Role, Stage, UnitKind};

use crate::args::{Export, ExportKind};
use crate::house::{House, store};
use crate::stop::{Done, file, stop};
use crate::table::Writer;
use crate::words::{self, export as say};

/// Rows read in one go.
const PAGE: i64 = 2_000;

pub mod sql {
    pub const HAZARDS: &str = "select h.*, u.name as unit_name, p.name as place_name, a.name as assignee_name, \
        r.name as raiser_name, k.name as rechecker_name, \
        (select c.name from unit_tree t join unit c on c.id = t.top where t.unit = h.unit and c.kind = 'county') as county_name \
        from (select * from hazard h where (h.received_at, h.id) > ($1, $2) order by h.received_at, h.id limit $3) h \
        join unit u on u.id = h.unit left join place p on p.id = h.place left join person a on a.id = h.assignee \
        left join person r on r.id = h.raised_by left join person k on k.id = h.rechecked_by \
        order by h.received_at, h.id";
    pub const CONTACTS: &str = "select s.id, s.county, s.role, s.title, s.acting, u.name as unit_name, d.name as inner_name, \
        n.name as person_name, n.mobile, u.phone from post s join unit u on u.id = s.home join unit d on d.id = s.unit \
        join person n on n.id = s.person where (s.county, s.id) > ($1, $2) and s.from_on <= $3 \
        and (s.until_on is null or s.until_on >= $3) order by s.county, s.id limit $4";
    pub const UNITS: &str = "select u.*, p.name as parent_name from unit u left join unit p on p.id = u.parent \
        where (u.county, u.id) > ($1, $2) and u.closed_on is null order by u.county, u.id limit $3";
    #[cfg(test)]
    pub const ALL: &[&str] = &[HAZARDS, CONTACTS, UNITS];
}

pub fn run(house: &House, asked: &Export) -> Done {
    if asked.out.exists() {
        return Err(stop(words::file(&asked.out.display().to_string(), &std::io::ErrorKind::AlreadyExists.into())));
    }
    let db = house.beside()?;
    let (writer, rows) = match asked.kind {
        ExportKind::Hazards => hazards(&db)?,
        ExportKind::Contacts => contacts(&db, house.now()?)?,
        ExportKind::Units => units(&db)?,
    };
    store(&asked.out, &writer.bytes()).map_err(file(&asked.out))?;
    println!("{}", say::written(rows, &asked.out));
    Ok(())
}

/// Pages through a statement by the key of its rows.
fn pages(
    db: &Db,
    key: &str,
    ask: impl Fn(&mut db::Tx<'_>, i64, Id) -> base::Result<Vec<Row>> + Clone + Send + 'static,
    mut take: impl FnMut(&Row) -> base::Result<()>,
) -> base::Result<usize> {
    let (mut after, mut count) = ((i64::MIN, Id::from_parts(Ms(0), [0; 10])), 0);
    loop {
        let ask = ask.clone();
        let rows = db.read(move |tx| ask(tx, after.0, after.1))?;
        for row in &rows {
            take(row)?;
            after = (row.int(key)?, row.id("id")?);
        }
        count += rows.len();
        if (rows.len() as i64) < PAGE {
            return Ok(count);
        }
    }
}

fn text(row: &Row, name: &str) -> base::Result<String> {
    Ok(row.opt_text(name)?.unwrap_or_default())
}

fn day(row: &Row, name: &str) -> base::Result<String> {
    Ok(row.opt_ms(name)?.map(|at| at.show("%Y-%m-%d")).unwrap_or_default())
}

fn word<T>(row: &Row, name: &str, read: fn(&str) -> Option<T>, say: fn(T) -> &'static str) -> base::Result<String> {
    Ok(row.opt_text(name)?.as_deref().and_then(read).map(say).unwrap_or_default().to_string())
}

fn hazards(db: &Db) -> base::Result<(Writer, usize)> {
    let mut writer = Writer::new(say::HAZARDS);
    let ask = |tx: &mut db::Tx<'_>, at: i64, id: Id| tx.rows(sql::HAZARDS, args![at, id, PAGE]);
    let rows = pages(db, "received_at", ask, |row| {
        let place = row.opt_text("place_name")?.or(row.opt_text("place_text")?).unwrap_or_default();
        let state = row.text("state")?;
        let cells = [
            row.text("number")?,
            text(row, "county_name")?,
            row.text("unit_name")?,
            day(row, "raised_at")?,
            text(row, "raiser_name")?,
            place,
            row.text("what")?,
            word(row, "category", Category::from_code, web::words::category)?,
            word(row, "grade", Grade::from_code, web::words::grade)?,
            text(row, "measure")?,
            text(row, "assignee_name")?,
            day(row, "fix_by")?,
            day(row, "rectified_at")?,
            text(row, "rechecker_name")?,
            day(row, "rechecked_at")?,
            State::from_code(&state).map(|s| web::words::state(s).word).unwrap_or_default().to_string(),
            day(row, "closed_at")?,
            row.int("late")?.to_string(),
            row.int("recurrence")?.to_string(),
            text(row, "listed_number")?,
            text(row, "back_reason")?,
            row.id("id")?.to_string(),
        ];
        writer.row(cells.into_iter());
        Ok(())
    })?;
    Ok((writer, rows))
}

fn contacts(db: &Db, now: Ms) -> base::Result<(Writer, usize)> {
    let mut writer = Writer::new(say::CONTACTS);
    let today = now.day();
    let ask = move |tx: &mut db::Tx<'_>, county: i64, id: Id| tx.rows(sql::CONTACTS, args![county, id, today, PAGE]);
    let rows = pages(db, "county", ask, |row| {
        let (unit, inner) = (row.text("unit_name")?, row.text("inner_name")?);
        let department = if inner == unit { String::new() } else { inner };
        let cells = [
            unit,
            department,
            word(row, "role", Role::from_code, web::words::role)?,
            text(row, "title")?,
            text(row, "person_name")?,
            text(row, "mobile")?,
            text(row, "phone")?,
        ];
        writer.row(cells.into_iter());
        Ok(())
    })?;
    Ok((writer, rows))
}

fn units(db: &Db) -> base::Result<(Writer, usize)> {
    let mut writer = Writer::new(say::UNITS);
    let ask = |tx: &mut db::Tx<'_>, county: i64, id: Id| tx.rows(sql::UNITS, args![county, id, PAGE]);
    let rows = pages(db, "county", ask, |row| {
        let cells = [
            text(row, "code")?,
            row.text("name")?,
            row.text("short")?,
            word(row, "kind", UnitKind::from_code, web::words::unit_kind)?,
            text(row, "parent_name")?,
            word(row, "stage", Stage::from_code, web::words::stage)?,
            row.int("pupils")?.to_string(),
            row.int("classes")?.to_string(),
            row.int("boarders")?.to_string(),
            say::yes_no(row.flag("canteen")?).to_string(),
            row.int("buses")?.to_string(),
            text(row, "address")?,
            text(row, "phone")?,
            row.opt_day("kept_from")?.unwrap_or(row.day("opened_on")?).to_string(),
            row.id("id")?.to_string(),
        ];
        writer.row(cells.into_iter());
        Ok(())
    })?;
    Ok((writer, rows))
}
