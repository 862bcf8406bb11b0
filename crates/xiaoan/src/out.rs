//! What commands say on standard output. A reader that has gone away (`| head`) is nobody to tell: the rest is left
//! unsaid, and what the command does goes on to its end, with its own exit code.

use std::fmt::Arguments;
use std::io::{ErrorKind, Write};

/// In place of the standard one, which panics on a pipe that nobody reads.
macro_rules! println {
    ($($said:tt)*) => {
        $crate::out::say(::std::format_args!($($said)*), "\n")
    };
}

/// The same without an end of the line.
macro_rules! print {
    ($($said:tt)*) => {
        $crate::out::say(::std::format_args!($($said)*), "")
    };
}

pub fn say(text: Arguments<'_>, end: &str) {
    let mut out = std::io::stdout().lock();
    match write!(out, "{text}{end}").and_then(|()| out.flush()) {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => {
            // A full disk behind `>`: what was asked for is not there.
            eprintln!("{}", crate::words::file("stdout", &e));
            std::process::exit(1);
        }
        _ => {}
    }
}
