//! Every queue, upload, loop and page has a limit with a name. A limit that a person can meet has its sentence in
//! `web::words`.

/// Rows of a list on one page, and the most an API caller may ask for.
pub const PAGE_ROWS: i64 = 50;
pub const PAGE_ROWS_MAX: i64 = 200;
/// Rows of a list as people see it: a page with rows of real words stays under 8 KB on the wire.
pub const LIST_ROWS: i64 = 30;
/// A count beyond this is shown as 「1 000+」: counting more costs more than anybody gains.
pub const COUNT_MAX: i64 = 1_000;
/// Rows of a printed or downloaded ledger.
pub const EXPORT_ROWS_MAX: i64 = 20_000;
/// Characters of a name (unit, person, place, title of a hazard).
pub const NAME_CHARS: i64 = 60;
/// Characters of the one sentence that says what is wrong.
pub const FACT_CHARS: i64 = 200;
/// Characters of a sentence that somebody types.
pub const NOTE_CHARS: i64 = 500;
/// Photos of one act.
pub const PHOTOS_PER_ACT: usize = 6;
/// Bytes of one uploaded photo, before it is shrunk.
pub const PHOTO_BYTES: usize = 12 * 1024 * 1024;
/// Pixels of one photo that the server will decode (a bomb of a few kB can claim billions).
pub const PHOTO_PIXELS: u64 = 50_000_000;
/// Bytes of a request that is not an upload.
pub const BODY_BYTES: usize = 256 * 1024;
/// Bytes of a request's head (first line and headers), and how many headers: a browser sends about 2 kB and 20.
pub const HEAD_BYTES: usize = 64 * 1024;
pub const HEAD_LINES: usize = 100;
/// Seconds for a whole head, for the next bytes of a body, and for a whole body. The last is a form with six full
/// photos (72 MiB) at 2 Mbit/s; phones shrink photos before they send them.
pub const HEAD_SECONDS: u64 = 20;
pub const BODY_IDLE_SECONDS: u64 = 20;
pub const BODY_SECONDS: u64 = 300;
/// Bytes of an imported table.
pub const IMPORT_BYTES: usize = 16 * 1024 * 1024;
pub const IMPORT_ROWS: usize = 20_000;
/// Places in one check.
pub const CHECK_PLACES: usize = 400;
/// Posts held at the same time by one person.
pub const POSTS_PER_PERSON: i64 = 12;
/// Sessions of one login.
pub const SESSIONS_PER_LOGIN: i64 = 10;
/// Wrong passwords before an account rests, and how long (security.md §2.1).
pub const LOGIN_TRIES: i64 = 5;
pub const LOGIN_REST_SECONDS: i64 = 5 * 60;
/// A session ends after this long without a request, and in any case after the second.
pub const SESSION_IDLE_SECONDS: i64 = 12 * 3600;
pub const SESSION_MAX_SECONDS: i64 = 7 * 24 * 3600;
/// A fact typed in later than this is 补录 and needs a reason.
pub const BACK_ENTRY_DAYS: i64 = 3;
/// Minutes that a device's clock may be ahead before its time is refused.
pub const CLOCK_AHEAD_MINUTES: i64 = 10;
/// Days that an answered request is remembered by its key.
pub const COMMAND_KEEP_DAYS: i64 = 30;
/// Jobs waiting for the writer before a caller is told to come back.
pub const WRITE_QUEUE: usize = 4_096;
/// Jobs in one commit.
pub const WRITE_BATCH: usize = 256;
/// Live streams open at once, and signals waiting for each.
pub const LIVE_STREAMS: usize = 4_096;
pub const LIVE_QUEUE: usize = 256;
