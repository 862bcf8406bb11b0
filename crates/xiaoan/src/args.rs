//! The command line: what can be asked of the binary. Help is Chinese; every command has `--data` and `--database-url`.

use std::path::PathBuf;

use clap::builder::styling::Styles;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::words::help;

const TEMPLATE: &str = help::TEMPLATE;

#[derive(Parser, Debug)]
#[command(name = "xiaoan", version, about = help::ABOUT, help_template = TEMPLATE, styles = Styles::plain(),
    subcommand_help_heading = help::COMMANDS, next_help_heading = help::OPTIONS, disable_help_subcommand = true,
    disable_help_flag = true, disable_version_flag = true, arg_required_else_help = true)]
pub struct Cli {
    #[command(flatten)]
    pub place: Place,
    #[arg(long, short = 'h', global = true, action = clap::ArgAction::Help, help = help::HELP)]
    help: Option<bool>,
    #[arg(long, short = 'V', action = clap::ArgAction::Version, help = help::VERSION)]
    version: Option<bool>,
    #[command(subcommand)]
    pub command: Command,
}

/// Where the data is.
#[derive(Args, Debug, Clone)]
pub struct Place {
    #[arg(long, global = true, value_name = "DIR", default_value = "./data", env = "XIAOAN_DATA", help = help::DATA)]
    pub data: PathBuf,
    #[arg(long, global = true, value_name = "URL", help = help::DATABASE_URL)]
    pub database_url: Option<String>,
}

#[derive(Subcommand, Debug)]
pub enum Command {
    #[command(about = help::DEMO, help_template = TEMPLATE)]
    Demo(Demo),
    #[command(about = help::SERVE, help_template = TEMPLATE)]
    Serve(Serve),
    #[command(about = help::INIT, help_template = TEMPLATE)]
    Init(Init),
    #[command(about = help::USER, help_template = TEMPLATE, subcommand_help_heading = help::COMMANDS)]
    User {
        #[command(subcommand)]
        act: User,
    },
    #[command(about = help::IMPORT, help_template = TEMPLATE)]
    Import(Import),
    #[command(about = help::EXPORT, help_template = TEMPLATE)]
    Export(Export),
    #[command(about = help::JOURNAL, help_template = TEMPLATE, subcommand_help_heading = help::COMMANDS)]
    Journal {
        #[command(subcommand)]
        act: Journal,
    },
    #[command(about = help::PACK, help_template = TEMPLATE, subcommand_help_heading = help::COMMANDS)]
    Pack {
        #[command(subcommand)]
        act: Pack,
    },
    #[command(about = help::BACKUP, help_template = TEMPLATE)]
    Backup(Backup),
    #[command(about = help::RESTORE, help_template = TEMPLATE)]
    Restore(Restore),
    #[command(about = help::MOVE, help_template = TEMPLATE)]
    Move(Move),
    #[command(about = help::CROWD, help_template = TEMPLATE, subcommand_help_heading = help::COMMANDS)]
    Crowd {
        #[command(subcommand)]
        act: Crowd,
    },
    #[command(about = help::DOCTOR, help_template = TEMPLATE)]
    Doctor,
    #[command(about = help::WITNESS, help_template = TEMPLATE)]
    Witness(Witness),
    #[command(about = help::FAKES, help_template = TEMPLATE)]
    Fakes(Fakes),
}

#[derive(Args, Debug)]
pub struct Demo {
    #[arg(long, value_name = "ADDR", help = help::LISTEN)]
    pub listen: Option<String>,
    #[arg(long, value_name = "N", help = help::SCHOOLS)]
    pub schools: Option<usize>,
    #[arg(long, value_name = "S", help = help::SEED)]
    pub seed: Option<u64>,
    #[arg(long, value_name = "WHEN", help = help::CLOCK_DEMO)]
    pub clock: Option<String>,
    #[arg(long, help = help::FILL_ONLY)]
    pub fill_only: bool,
}

#[derive(Args, Debug)]
pub struct Serve {
    #[arg(long, value_name = "ADDR", help = help::LISTEN)]
    pub listen: Option<String>,
    #[arg(long, value_name = "WHEN[,xN]", help = help::CLOCK_SERVE)]
    pub clock: Option<String>,
}

#[derive(Args, Debug)]
pub struct Fakes {
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8095", help = help::FAKES_LISTEN)]
    pub listen: String,
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8025", help = help::FAKES_SMTP)]
    pub smtp: String,
}

#[derive(Args, Debug)]
pub struct Witness {
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8090", help = help::WITNESS_LISTEN)]
    pub listen: String,
    #[arg(long, value_name = "NAME", help = help::WITNESS_NAME)]
    pub name: Option<String>,
    #[arg(long, value_name = "[ORIGIN=]VKEY", required = true, help = help::WITNESS_LOG)]
    pub log: Vec<String>,
}

#[derive(Args, Debug)]
pub struct Init {
    #[arg(long, value_name = "NAME", help = help::INIT_NAME)]
    pub name: String,
    #[arg(long, value_name = "CODE", help = help::INIT_CODE)]
    pub code: String,
    #[arg(long, value_name = "NAME", help = help::INIT_ADMIN)]
    pub admin: String,
    #[arg(long, value_name = "LOGIN", default_value = "admin", help = help::INIT_LOGIN)]
    pub login: String,
    #[arg(long, help = help::PASSWORD_STDIN)]
    pub password_stdin: bool,
}

#[derive(Subcommand, Debug)]
pub enum Pack {
    #[command(about = help::PACK_CHECK, help_template = TEMPLATE)]
    Check {
        #[arg(value_name = "DIR", help = help::PACK_DIR)]
        dir: PathBuf,
    },
    #[command(about = help::PACK_SHOW, help_template = TEMPLATE)]
    Show {
        #[arg(value_name = "DIR", help = help::PACK_DIR)]
        dir: PathBuf,
        #[arg(long, help = help::PACK_JSON)]
        json: bool,
    },
    #[command(about = help::PACK_REHEARSE, help_template = TEMPLATE)]
    Rehearse {
        #[arg(value_name = "DIR", help = help::PACK_DIR)]
        dir: PathBuf,
        #[arg(long, value_name = "DAY", help = help::PACK_FROM)]
        from: Option<String>,
        #[arg(long, value_name = "DAY", help = help::PACK_UNTIL)]
        until: Option<String>,
        #[arg(long, help = help::PACK_JSON)]
        json: bool,
    },
}

#[derive(Subcommand, Debug)]
pub enum User {
    #[command(about = help::USER_ADD, help_template = TEMPLATE)]
    Add {
        #[arg(value_name = "LOGIN", help = help::USER_LOGIN)]
        login: String,
        #[arg(long, value_name = "NAME", help = help::USER_NAME)]
        name: String,
        #[arg(long, value_name = "UNIT", help = help::USER_UNIT)]
        unit: String,
        #[arg(long, value_name = "ROLE", help = help::USER_ROLE)]
        role: Option<String>,
        #[arg(long, help = help::PASSWORD_STDIN)]
        password_stdin: bool,
    },
    #[command(about = help::USER_RESET, help_template = TEMPLATE)]
    Reset {
        #[arg(value_name = "LOGIN", help = help::USER_LOGIN)]
        login: String,
        #[arg(long, help = help::PASSWORD_STDIN)]
        password_stdin: bool,
    },
    #[command(about = help::USER_BLOCK, help_template = TEMPLATE)]
    Block {
        #[arg(value_name = "LOGIN", help = help::USER_LOGIN)]
        login: String,
        #[arg(long, help = help::USER_UNBLOCK)]
        open: bool,
    },
    #[command(about = help::USER_LIST, help_template = TEMPLATE)]
    List,
}

#[derive(Clone, Copy, Debug, ValueEnum, PartialEq, Eq)]
pub enum ImportKind {
    Units,
    People,
    Places,
    Roll,
}

#[derive(Args, Debug)]
pub struct Import {
    #[arg(value_name = "KIND", help = help::IMPORT_KIND, hide_possible_values = true)]
    pub kind: ImportKind,
    #[arg(value_name = "FILE", help = help::IMPORT_FILE)]
    pub file: PathBuf,
    #[arg(long, help = help::DRY_RUN)]
    pub dry_run: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum, PartialEq, Eq)]
pub enum ExportKind {
    Hazards,
    Contacts,
    Units,
}

#[derive(Args, Debug)]
pub struct Export {
    #[arg(value_name = "KIND", help = help::EXPORT_KIND, hide_possible_values = true)]
    pub kind: ExportKind,
    #[arg(long, value_name = "FILE", help = help::OUT_CSV)]
    pub out: PathBuf,
}

#[derive(Subcommand, Debug)]
pub enum Journal {
    #[command(about = help::VERIFY, help_template = TEMPLATE)]
    Verify,
    #[command(about = help::PROVE, help_template = TEMPLATE)]
    Prove {
        #[arg(value_name = "RECORD", help = help::RECORD)]
        record: String,
        #[arg(long, value_name = "FILE", help = help::OUT_BUNDLE)]
        out: Option<PathBuf>,
        #[arg(long, help = help::WITHHOLD)]
        withhold: bool,
    },
    #[command(about = help::VERIFY_BUNDLE, help_template = TEMPLATE)]
    VerifyBundle {
        #[arg(value_name = "FILE", help = help::BUNDLE)]
        file: PathBuf,
        #[arg(long, value_name = "VKEY", help = help::VKEY)]
        key: Option<String>,
        #[arg(long, value_name = "VKEY", help = help::WITNESS_VKEY)]
        witness: Vec<String>,
    },
    #[command(about = help::KEY, help_template = TEMPLATE)]
    Key,
}

#[derive(Args, Debug)]
pub struct Backup {
    #[arg(value_name = "OUT", help = help::BACKUP_OUT)]
    pub out: PathBuf,
    #[arg(long, help = help::WITH_KEYS)]
    pub with_keys: bool,
}

#[derive(Args, Debug)]
pub struct Restore {
    #[arg(value_name = "IN", help = help::RESTORE_IN)]
    pub from: PathBuf,
}

#[derive(Args, Debug)]
pub struct Move {
    #[arg(long, value_name = "URL", help = help::MOVE_TO)]
    pub to: String,
}

#[derive(Subcommand, Debug)]
pub enum Crowd {
    #[command(about = help::CROWD_BOUND, help_template = TEMPLATE)]
    Bound(CrowdAsked),
    #[command(about = help::CROWD_PLAN, help_template = TEMPLATE)]
    Plan {
        #[command(flatten)]
        asked: CrowdAsked,
        #[arg(long, requires = "svg", help = help::CROWD_PHONE)]
        phone: bool,
    },
    #[command(about = help::CROWD_EVACUATE, help_template = TEMPLATE)]
    Evacuate(CrowdAsked),
}

#[derive(Args, Debug)]
pub struct CrowdAsked {
    #[arg(value_name = "FILE", help = help::CROWD_FILE)]
    pub file: PathBuf,
    #[arg(long, value_name = "ID", help = help::CROWD_CLOSURE)]
    pub closure: Option<String>,
    #[command(flatten)]
    pub effort: Effort,
    #[arg(long, value_name = "OUT", help = help::CROWD_JSON)]
    pub json: Option<PathBuf>,
    #[arg(long, value_name = "OUT", help = help::CROWD_SVG)]
    pub svg: Option<PathBuf>,
}

/// How long to search, and from which seed.
#[derive(Args, Debug)]
pub struct Effort {
    #[arg(long, value_name = "N", conflicts_with = "steps", help = help::CROWD_BUDGET)]
    pub budget_ms: Option<u64>,
    #[arg(long, value_name = "N", help = help::CROWD_STEPS)]
    pub steps: Option<u64>,
    #[arg(long, value_name = "N", default_value_t = 1, help = help::CROWD_SEED)]
    pub seed: u64,
}

/// The sentence for a command line that cannot be read; none when help or version was asked for.
pub fn fault(e: &clap::Error) -> Option<String> {
    let shown = |kind| match e.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(" "),
        _ => String::new(),
    };
    let (arg, value) = (shown(ContextKind::InvalidArg), shown(ContextKind::InvalidValue));
    Some(match e.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => return None,
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
            help::MISSING_COMMAND.into()
        }
        ErrorKind::MissingRequiredArgument => help::missing(&arg),
        ErrorKind::ArgumentConflict => help::conflict(&arg),
        ErrorKind::InvalidSubcommand => help::unknown(&shown(ContextKind::InvalidSubcommand)),
        ErrorKind::UnknownArgument => help::unknown(&arg),
        _ => help::bad_value(&arg, &value),
    })
}

/// The command line with Chinese headings throughout.
pub fn command() -> clap::Command {
    fn headed(command: clap::Command) -> clap::Command {
        let command = command.subcommand_value_name(help::COMMAND).mut_args(|arg| {
            let heading = if arg.is_positional() { help::ARGUMENTS } else { help::OPTIONS };
            let standard = !arg.get_default_values().is_empty();
            arg.help_heading(heading).hide_default_value(standard).hide_env(standard)
        });
        command.mut_subcommands(headed)
    }
    headed(Cli::command())
}

/// Reads the command line.
pub fn read() -> Result<Cli, clap::Error> {
    command().try_get_matches().and_then(|matches| Cli::from_arg_matches(&matches))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_and_option_is_explained_in_chinese() {
        fn check(command: &clap::Command) {
            let chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            assert!(chinese(&about), "{}: {about}", command.get_name());
            for arg in command.get_arguments() {
                let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
                assert!(chinese(&help), "{} {}", command.get_name(), arg.get_id());
            }
            command.get_subcommands().for_each(check);
        }
        let mut all = command();
        all.build();
        check(&all);
    }
}
