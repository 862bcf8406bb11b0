//! The macro by which an answer is made from a noun's struct: each field with its type on the wire and how it gets
//! there: `one` (by `Into`), `opt` (inside an Option), `all` (each of a list).

macro_rules! convert {
    (one $value:expr) => {
        $value.into()
    };
    (opt $value:expr) => {
        $value.map(Into::into)
    };
    (all $value:expr) => {
        $value.into_iter().map(Into::into).collect()
    };
}
pub(super) use convert;

macro_rules! dto {
    ($(#[$doc:meta])* $name:ident of $source:ty {
        $($(#[$fdoc:meta])* $field:ident : $type:ty = $how:ident),+ $(,)?
    }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
        pub struct $name { $($(#[$fdoc])* pub $field: $type),+ }
        impl From<$source> for $name {
            fn from(value: $source) -> $name {
                $name { $($field: $crate::api::dto::convert!($how value.$field)),+ }
            }
        }
    };
}
pub(super) use dto;
