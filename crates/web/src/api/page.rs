//! Lists: `?limit=&cursor=` → `{items, next_cursor}`. A cursor is what the page before gave, and nothing else.

use base::{Error, Id, Problem, Result, limits};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A page of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Listed<T> {
    pub items: Vec<T>,
    /// For the next page; null on the last.
    pub next_cursor: Option<String>,
}

/// Which part of a list is wanted.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// Rows at most; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 80)]
    pub cursor: Option<String>,
}

/// Rows of a page. Refuses what is not in `1..=PAGE_ROWS_MAX`.
pub fn rows(limit: Option<i64>) -> Result<i64> {
    match limit {
        None => Ok(limits::PAGE_ROWS),
        Some(n) if (1..=limits::PAGE_ROWS_MAX).contains(&n) => Ok(n),
        Some(_) => Err(Error::invalid("limit", Problem::OutOfRange { min: 1, max: limits::PAGE_ROWS_MAX })),
    }
}

/// A page of a list that is read whole. The cursor names the last row and its place: if the row has gone meanwhile,
/// the walk goes on from that place. Refuses what is no cursor.
pub fn cut<A, T: From<A>>(
    whole: Vec<A>,
    id: impl Fn(&A) -> Id,
    limit: Option<i64>,
    cursor: Option<&str>,
) -> Result<Listed<T>> {
    let rows = rows(limit)? as usize;
    let from = match cursor {
        None => 0,
        Some(text) => {
            let (place, last) = read(text).ok_or_else(|| Error::invalid("cursor", Problem::Unreadable))?;
            whole.iter().position(|row| id(row) == last).map_or(place, |at| at + 1)
        }
    };
    let more = whole.len() > from.saturating_add(rows);
    let next_cursor = match whole.get(from.saturating_add(rows).saturating_sub(1)) {
        Some(last) if more => Some(format!("{}-{}", from + rows, id(last))),
        _ => None,
    };
    let items = whole.into_iter().skip(from).take(rows).map(T::from).collect();
    Ok(Listed { items, next_cursor })
}

fn read(cursor: &str) -> Option<(usize, Id)> {
    let (place, id) = cursor.split_once('-')?;
    Some((place.parse::<u32>().ok()? as usize, Id::parse(id)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::Ms;

    fn ids(n: u8) -> Vec<Id> {
        (0..n).map(|i| Id::from_parts(Ms(0), [i; 10])).collect()
    }

    #[test]
    fn pages_of_two_cover_five_rows_once_also_when_a_row_goes_meanwhile() {
        let mut whole = ids(5);
        let (mut seen, mut cursor) = (Vec::new(), None);
        for page in 0.. {
            let cut: Listed<Id> = cut(whole.clone(), |id| *id, Some(2), cursor.as_deref()).unwrap();
            seen.extend(cut.items);
            if page == 0 {
                whole.remove(0);
            }
            cursor = cut.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, ids(5));
        assert!(cut::<Id, Id>(ids(5), |id| *id, Some(201), None).is_err());
        assert!(cut::<Id, Id>(ids(5), |id| *id, None, Some("2026")).is_err());
    }
}
