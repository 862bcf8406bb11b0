//! Wrong passwords from elsewhere shut no duty desk out.

use base::limits;
use load::api;
use load::http::Client;
use load::server::Server;

use super::{House, WRITER, alone};

/// Far more than may try: all of them are under way before the first password has been looked at.
const STRANGERS: usize = 24;

/// Signs in at the page as a browser does; the cookies that it was given.
fn sign_in(client: &mut Client, login: &str, password: &str) -> (u16, Vec<String>) {
    let answer = client.post_form("/login", &[("login", login), ("password", password), ("next", "/")]).unwrap();
    let cookies = answer.headers.iter().filter(|(name, _)| name == "set-cookie");
    let cookies = cookies.filter_map(|(_, value)| value.split(';').next()).map(str::to_string);
    (answer.status, cookies.collect())
}

/// `count` wrong passwords at the same moment, each on its own connection.
fn strangers(server: &Server, count: usize) -> Vec<u16> {
    std::thread::scope(|scope| {
        let tries: Vec<_> = (0..count)
            .map(|n| {
                let mut client = server.client();
                scope.spawn(move || api::ask_session(&mut client, WRITER, &format!("wrong-{n}")).unwrap().status)
            })
            .collect();
        tries.into_iter().map(|one| one.join().unwrap()).collect()
    })
}

#[test]
fn two_dozen_wrong_passwords_at_once_are_five_tries_and_do_not_shut_out_a_device_that_is_known() {
    let _turn = alone();
    let house = House::new();
    let server = house.serve();
    let account = api::account(&house.data, WRITER).unwrap();
    let (status, cookies) = sign_in(&mut server.client(), &account.login, &account.password);
    assert_eq!(status, 303);
    let known = cookies.iter().find(|cookie| cookie.starts_with("xiaoan-known=")).expect("the device is marked");

    let answers = strangers(&server, STRANGERS);
    assert!(answers.iter().all(|status| matches!(status, 401 | 429)), "{answers:?}");
    let tried = answers.iter().filter(|status| **status == 401).count();
    assert_eq!(tried as i64, limits::LOGIN_TRIES, "passwords were tried, all under way together: {answers:?}");
    // The stranger rests now, whatever the password; the device that is known comes in.
    let right = api::ask_session(&mut server.client(), &account.login, &account.password).unwrap();
    assert_eq!(right.status, 429, "{}", right.text());
    assert!(api::is_chinese(&right.text()));
    let (status, _) = sign_in(&mut server.client().with("cookie", known), &account.login, &account.password);
    assert_eq!(status, 303, "the known device is shut out");
    // Its mark is for this login and of this server only: an invented one counts as a stranger's.
    let forged = known.replace("xiaoan-known=", "xiaoan-known=f");
    let (status, _) = sign_in(&mut server.client().with("cookie", &forged), &account.login, &account.password);
    assert_eq!(status, 429);
    assert!(server.stop().unwrap().success());
}
