//! The stories of the house, on both engines. Each is told through the nouns alone, as a person would live it; after
//! every story the journal verifies from zero and every record stands as its leaf says.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod audit;
mod below;
mod calendar;
mod clocks;
mod clue_corpus;
mod duty_board;
mod duty_cells;
mod kept;
mod message;
mod notice;
mod org;
mod owed;
mod pack;
mod pack_broken;
mod pack_items;
mod pack_store;
mod rehearse;
mod rights;
mod roll;
mod small_pack;
mod sql_both;
mod story_1_1;
mod story_1_2;
mod story_1_2_clue;
mod story_1_2_people;
mod story_1_2_urgent;
mod story_1_3;
mod story_2_5;
mod story_2_6;
mod story_3;
mod story_3_5;
mod story_4;
mod story_4_2;
mod story_5_2;
mod story_missive;
mod story_support;
mod story_tip;
mod text;
mod witness;
mod world;
