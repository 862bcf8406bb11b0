//! What an erasure (个人信息保护法 art. 47) reaches in free text: the name of the erased person, spelled as it stood on the
//! roll, in every text of every record of the units where the person stood on the roll or held a post. Each sign of it
//! becomes `MARK`; the row gets a new salt, so that its earlier leaves can be linked to nobody. The registry says which
//! columns are free text, so a new noun is reached by naming its own there.
//!
//! Not reached, and said so in docs/erasure.md: other spellings, nicknames, texts of other units, pictures, what was
//! printed, downloaded or backed up before.

use base::{Error, Id, Ms, Refusal, Result, limits};
use db::{Row, args};

use super::cx::Cx;
use super::registry;
use super::text;

/// Stands for one sign of an erased name.
const MARK: char = '■';
/// A name of one sign would be found in half of all sentences.
const NAME_CHARS_MIN: usize = 2;
/// Rows read at once.
const STEP: i64 = 200;

/// The statements of a table with free text: rows of a unit in which a text holds a pattern, and the change of a row.
pub fn statements(table: &registry::Table) -> (String, String) {
    let columns: Vec<&str> = columns(table);
    let holds: Vec<String> = columns.iter().map(|c| format!("lower({c}) like $2 escape '\\'")).collect();
    let sets: Vec<String> = columns.iter().enumerate().map(|(n, c)| format!("{c} = ${}", n + 3)).collect();
    (
        format!(
            "select * from {} where unit = $1 and id > $4 and ({}) order by id limit $3",
            table.name,
            holds.join(" or ")
        ),
        format!(
            "update {} set version = version + 1, salt = $2, {} where id = $1 returning *",
            table.name,
            sets.join(", ")
        ),
    )
}

fn columns(table: &registry::Table) -> Vec<&'static str> {
    table.texts.split(' ').filter(|c| !c.is_empty()).collect()
}

/// Takes a name out of the texts of some units' records; answers how many rows changed.
pub(crate) fn name(cx: &mut Cx<'_, '_>, units: &[Id], name: &str) -> Result<i64> {
    let mut rows = 0;
    if name.chars().count() < NAME_CHARS_MIN {
        return Ok(rows);
    }
    for table in registry::TABLES.iter().filter(|t| !t.texts.is_empty()) {
        let (select, update) = statements(table);
        for unit in units {
            let mut after = Id::from_parts(Ms(0), [0; 10]);
            loop {
                let found = cx.tx.rows(&select, args![*unit, text::like(name), STEP, after])?;
                for row in &found {
                    one(cx, table, &update, row, name)?;
                    after = row.id("id")?;
                }
                rows += found.len() as i64;
                if rows > limits::EXPORT_ROWS_MAX {
                    return Err(Refusal::TooMany { limit: limits::EXPORT_ROWS_MAX }.into());
                }
                if (found.len() as i64) < STEP {
                    break;
                }
            }
        }
    }
    Ok(rows)
}

fn one(cx: &mut Cx<'_, '_>, table: &registry::Table, update: &str, row: &Row, name: &str) -> Result<()> {
    let columns = columns(table);
    let old = columns.iter().map(|c| row.opt_text(c)).collect::<Result<Vec<_>>>()?;
    let mut values = args![row.id("id")?, cx.salt()].to_vec();
    for (column, told) in columns.iter().zip(&old) {
        let new = match (*column, told) {
            // What is searched holds the texts in lower case and their initials.
            ("find", Some(find)) => {
                let texts = old.iter().flatten().filter(|told| *told != find && !told.is_empty());
                let found = texts.fold(find.clone(), |find, told| {
                    let (before, after) = (text::find(&[told]), text::find(&[&without(told, name)]));
                    find.replace(&before, &after)
                });
                Some(without(&found, name))
            }
            (_, told) => told.as_deref().map(|told| without(told, name)),
        };
        values.push(new.into());
    }
    let row = cx.tx.row(update, &values)?.ok_or_else(|| Error::broken("text.erase stored no row"))?;
    cx.record("text.erase", table.name, &row)
}

/// The text with each sign of the name marked; ASCII letters in whatever case, as they are found.
fn without(told: &str, name: &str) -> String {
    let mark: String = name.chars().map(|_| MARK).collect();
    let (lower, wanted) = (told.to_ascii_lowercase(), name.trim().to_ascii_lowercase());
    let mut out = String::with_capacity(told.len());
    let mut from = 0;
    for (at, hit) in lower.match_indices(&wanted) {
        out.push_str(&told[from..at]);
        out.push_str(&mark);
        from = at + hit.len();
    }
    out.push_str(&told[from..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_marked_sign_by_sign_wherever_it_stands() {
        assert_eq!(without("请Wang Wei找wang wei。", "Wang Wei"), "请■■■■■■■■找■■■■■■■■。");
        assert_eq!(without("nothing", "Wang"), "nothing");
    }
}
