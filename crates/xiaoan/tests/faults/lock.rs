//! Two on one folder: a second writer is turned away, a reader of the journal is not.

use load::api::{self, Submission};
use load::server::command;

use super::{House, alone, assert_journal_holds, binary, said, token};

#[test]
fn a_second_writer_on_one_folder_refuses_and_the_first_goes_on() {
    let _turn = alone();
    let house = House::new();
    let server = house.serve();
    let token = token(&server, &house.data);
    let data = house.data.to_str().unwrap();
    let port = load::server::free_port().unwrap().to_string();
    let listen = format!("127.0.0.1:{port}");
    for words in [vec!["serve"], vec!["demo"]] {
        let words = [&words[..], &["--data", data, "--listen", &listen]].concat();
        let output = command(binary(), &words).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{words:?}: {}", said(&output));
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(api::is_chinese(&errors), "{words:?}: {errors}");
    }
    Submission::new(1).acknowledged(&mut server.client().bearer(&token)).unwrap();
    assert!(server.stop().unwrap().success());
    // The lock goes with the process: the folder opens again.
    assert!(house.serve().stop().unwrap().success());
}

#[test]
fn the_journal_is_verified_beside_the_running_server_while_it_writes() {
    let _turn = alone();
    let house = House::new();
    let server = house.serve();
    let token = token(&server, &house.data);
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut client = server.client().bearer(&token);
            (0..200).map(|n| Submission::new(n).acknowledged(&mut client)).collect::<Result<Vec<_>, _>>()
        });
        assert_journal_holds(&house.data, &[]);
        assert_eq!(writer.join().unwrap().unwrap().len(), 200);
    });
    assert_journal_holds(&house.data, &[]);
    assert!(server.stop().unwrap().success());
}
