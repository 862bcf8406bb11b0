//! The one binary: serves, fills the demo, installs, imports and exports, proves, backs up, and says how it is.
//!
//! `args` what can be asked · `config`, `house` the data folder · one file per command. Every command answers with an
//! exit code: 0 fine, 1 refused with a Chinese sentence on standard error, 2 used wrongly.
//! Not here: rules (`safety`), pages (`web`), SQL of nouns.

#[macro_use]
mod out;

mod args;
mod backup;
mod config;
mod crowd_command;
mod demo;
mod demo_command;
mod doctor;
mod export;
mod fakes_command;
mod house;
mod import;
mod install;
mod journal_command;
mod moving;
mod pack_command;
mod password;
mod progress;
mod sender;
mod serve;
#[cfg(test)]
mod statements;
mod stop;
mod table;
mod user;
mod watch;
mod witness;
mod words;

use std::process::ExitCode;

use args::{Cli, Command};
use house::House;
use stop::Done;

fn main() -> ExitCode {
    let cli = match args::read() {
        Ok(cli) => cli,
        Err(e) => {
            let Some(fault) = args::fault(&e) else {
                // Help and version go to standard output; nobody may be listening.
                let _ = e.print();
                return ExitCode::SUCCESS;
            };
            eprintln!("{fault}");
            return ExitCode::from(2);
        }
    };
    match run(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => {
            eprintln!("{}", stop.text);
            ExitCode::from(stop.code)
        }
    }
}

fn run(cli: &Cli) -> Done {
    // Offline: needs no folder.
    if let Command::Journal { act: args::Journal::VerifyBundle { file, key, witness } } = &cli.command {
        return journal_command::verify_bundle(file, key.as_deref(), witness);
    }
    if let Command::Fakes(asked) = &cli.command {
        return fakes_command::run(asked);
    }
    if let Command::Pack { act } = &cli.command
        && !matches!(act, args::Pack::Rehearse { .. })
    {
        return pack_command::run(act);
    }
    if let Command::Crowd { act } = &cli.command {
        return crowd_command::run(act);
    }
    let house = House::at(&cli.place.data, cli.place.database_url.clone())?;
    for name in &house.config.unknown {
        eprintln!("{}", words::unknown_variable(name));
    }
    if house.path(house::FILLING).exists() && !matches!(cli.command, Command::Demo(_)) {
        return Err(stop::stop(words::demo::UNFINISHED));
    }
    log(&house, matches!(cli.command, Command::Demo(_) | Command::Serve(_) | Command::Witness(_)));
    match &cli.command {
        Command::Demo(asked) => demo_command::run(&house, asked),
        Command::Serve(asked) => serve::run(&house, asked),
        Command::Init(asked) => install::run(&house, asked),
        Command::User { act } => user::run(&house, act),
        Command::Import(asked) => import::run(&house, asked),
        Command::Export(asked) => export::run(&house, asked),
        Command::Journal { act } => journal_command::run(&house, act),
        Command::Backup(asked) => backup::run(&house, asked),
        Command::Restore(asked) => backup::restore(&house, asked),
        Command::Move(asked) => moving::run(&house, asked),
        Command::Pack { act } => pack_command::rehearse(&house, act),
        Command::Doctor => doctor::run(&house),
        Command::Witness(asked) => witness::serve::run(&house, asked),
        Command::Fakes(asked) => fakes_command::run(asked),
        Command::Crowd { act } => crowd_command::run(act),
    }
}

/// The log goes to standard error; it holds ids, counts and times, no names and no sentences.
fn log(house: &House, serving: bool) {
    let standard = if serving { "info,db::migrate=warn" } else { "error" };
    let wanted = house.config.log.as_deref().unwrap_or(standard);
    let filter =
        tracing_subscriber::EnvFilter::try_new(wanted).unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(standard));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // Only this process's first logger counts; there is no other.
    let _ = if house.config.log_json { log.json().try_init() } else { log.with_ansi(false).try_init() };
}
