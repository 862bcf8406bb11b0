//! Nothing here: the tests are in `tests/tidy.rs`.
