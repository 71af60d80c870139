//! The host process: starting, ending, what it holds and shows.

use std::{
    fs, io,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use sha2::{Digest as _, Sha256 as Hash};
use token::{Error, Host, Launch, LoadedBy, Sha256, SignerAlgorithm};

use crate::support::{DIGEST, HOST, SOFTHSM, SoftTokens, verifies};

/// A file under `/proc` of a process. It is the process' own or root's, being not dumpable.
fn proc(process: u32, file: &str) -> io::Result<Vec<u8>> {
    fs::read(format!("/proc/{process}/{file}"))
}

fn signal(host: &Host, signal: Signal) {
    let process = i32::try_from(host.process_id().unwrap()).unwrap();
    kill_process(Pid::from_raw(process).unwrap(), signal).unwrap();
}

/// Stops a host; returns when each of its threads has stopped, since one may run on for a moment.
fn stop(host: &Host) {
    signal(host, Signal::STOP);
    let threads = format!("/proc/{}/task", host.process_id().unwrap());
    let stopped = |thread: fs::DirEntry| {
        let status = fs::read_to_string(thread.path().join("status")).unwrap_or_default();
        status.contains("State:\tT")
    };
    let asked = Instant::now();
    while !fs::read_dir(&threads)
        .unwrap()
        .all(|thread| stopped(thread.unwrap()))
    {
        assert!(asked.elapsed() < Duration::from_secs(30), "it stops");
        thread::yield_now();
    }
}

#[test]
fn the_module_is_hashed_and_loaded_through_one_descriptor() {
    let host = SoftTokens::blank().host();
    let file = fs::read(SOFTHSM).unwrap();
    assert_eq!(host.module_sha256().0, <[u8; 32]>::from(Hash::digest(file)));
    assert_eq!(host.module_loaded_by(), LoadedBy::Descriptor);
}

#[test]
fn a_module_of_the_expected_hash_loads_and_any_other_is_refused() {
    let tokens = SoftTokens::blank();
    let sha256 = tokens.host().module_sha256();
    let expecting = |sha256| Launch {
        module_sha256: Some(sha256),
        ..tokens.launch()
    };
    Host::start(&expecting(sha256)).unwrap();
    let mut other = sha256;
    other.0[0] ^= 1;
    let refused = Host::start(&expecting(other)).unwrap_err();
    assert!(
        matches!(refused, Error::ModuleChanged { expected, found, .. }
            if expected == other && found == sha256)
    );
}

#[test]
fn a_file_of_another_hash_is_not_even_tried_to_load() {
    let tokens = SoftTokens::blank();
    let no_library = Launch {
        module: tokens.configuration(),
        ..tokens.launch()
    };
    let refused = Host::start(&no_library).unwrap_err();
    assert!(
        matches!(refused, Error::ModuleNotLoaded { .. }),
        "{refused}"
    );
    let unexpected = Launch {
        module_sha256: Some(Sha256([0; 32])),
        ..no_library
    };
    let refused = Host::start(&unexpected).unwrap_err();
    assert!(matches!(refused, Error::ModuleChanged { .. }), "{refused}");
}

#[test]
fn what_is_no_module_is_said() {
    let tokens = SoftTokens::blank();
    let start = |module: &str| {
        Host::start(&Launch {
            module: module.into(),
            ..tokens.launch()
        })
        .unwrap_err()
    };
    let missing = start("/nonexistent/module.so");
    assert!(
        matches!(&missing, Error::ModuleUnreadable { source, .. }
            if source.kind() == io::ErrorKind::NotFound),
        "{missing}"
    );
    assert!(matches!(start("/"), Error::ModuleUnreadable { .. }));
    assert!(matches!(start("/dev/zero"), Error::ModuleUnreadable { .. }));
    assert!(matches!(
        start("libsofthsm2.so"),
        Error::PathNotAbsolute { .. }
    ));
    // A library, but no PKCS#11 module: the host's own C library.
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let libc = maps.lines().find_map(|line| {
        line.find('/')
            .map(|at| &line[at..])
            .filter(|path| path.contains("/libc.so") || path.contains("/libc-"))
    });
    let no_module = start(libc.expect("tests are linked to the C library"));
    assert!(
        matches!(no_module, Error::ModuleNotLoaded { .. }),
        "{no_module}"
    );
}

#[test]
fn an_executable_that_is_no_host_is_said() {
    let tokens = SoftTokens::blank();
    let start = |executable: &str| {
        Host::start(&Launch {
            executable: executable.into(),
            ..tokens.launch()
        })
        .unwrap_err()
    };
    assert!(matches!(
        start("/nonexistent/chancery-host"),
        Error::HostNotStarted { .. }
    ));
    assert!(matches!(
        start("chancery-host"),
        Error::PathNotAbsolute { .. }
    ));
    assert!(matches!(start("/bin/true"), Error::HostGone));
}

#[test]
fn a_host_that_is_killed_is_gone_and_another_can_be_started() {
    let tokens = SoftTokens::new();
    let host = tokens.host();
    let token = host.login(&tokens.signing, &tokens.signing_pin).unwrap();
    let key = token.generate(SignerAlgorithm::EcdsaP256).unwrap();
    signal(&host, Signal::KILL);
    assert!(matches!(key.sign(DIGEST), Err(Error::HostGone)));
    assert!(matches!(token.mechanisms(), Err(Error::HostGone)));
    assert!(matches!(host.tokens(), Err(Error::HostGone)));
    assert_eq!(host.process_id(), None);

    let token = tokens.login();
    let key = token.generate(SignerAlgorithm::EcdsaP256).unwrap();
    let signature = key.sign(DIGEST).unwrap();
    assert!(verifies(key.spki().unwrap(), &DIGEST, &signature));
}

#[test]
fn a_host_that_does_not_answer_in_time_is_killed() {
    let tokens = SoftTokens::new();
    let deadline = Duration::from_millis(700);
    let host = Host::start(&Launch {
        deadline,
        ..tokens.launch()
    })
    .unwrap();
    let process = host.process_id().unwrap();
    stop(&host);
    let asked = Instant::now();
    let answer = host.tokens();
    assert!(matches!(answer, Err(Error::HostTimedOut { deadline: said }) if said == deadline));
    assert!(asked.elapsed() >= deadline);
    assert!(matches!(host.tokens(), Err(Error::HostGone)));
    assert!(
        !Path::new(&format!("/proc/{process}")).exists(),
        "it is killed and reaped"
    );
    tokens.host().tokens().expect("another host works");
}

#[test]
fn a_host_ends_with_its_last_handle() {
    let tokens = SoftTokens::new();
    let host = tokens.host();
    let process = host.process_id().unwrap();
    let token = host.login(&tokens.signing, &tokens.signing_pin).unwrap();
    let key = token.generate(SignerAlgorithm::EcdsaP256).unwrap();
    drop(host);
    key.sign(DIGEST).expect("a key keeps its host");
    drop(token);
    drop(key);
    assert!(!Path::new(&format!("/proc/{process}")).exists());
}

#[test]
fn a_host_ends_after_its_client_even_while_it_hangs_in_a_call() {
    const TEST: &str = "host::a_host_ends_after_its_client_even_while_it_hangs_in_a_call";
    let tokens = SoftTokens::blank();
    if let Some(module) = std::env::var_os("HANGING_MODULE") {
        let launch = Launch {
            module: module.into(),
            deadline: Duration::from_secs(600),
            ..tokens.launch()
        };
        let _ = Host::start(&launch); // hangs in opening the module, until this is killed
        return;
    }
    // A pipe without a writer: opening it blocks, as a module that hangs does.
    let pipe = tokens.configuration().with_extension("so");
    let mode = rustix::fs::Mode::RUSR;
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, mode, 0).unwrap();
    let mut client = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", TEST])
        .env("HANGING_MODULE", &pipe)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let host = until(|| child_of(client.id()).filter(|child| state(*child) == Some('S')));
    client.kill().unwrap();
    client.wait().unwrap();
    until(|| matches!(state(host), None | Some('Z' | 'X')).then_some(()));
}

/// Asks again and again, for at most a minute.
fn until<T>(mut ask: impl FnMut() -> Option<T>) -> T {
    let give_up = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < give_up, "it never came");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The host process that a process has started.
fn child_of(process: u32) -> Option<u32> {
    let threads = fs::read_dir(format!("/proc/{process}/task")).ok()?;
    let children = threads
        .filter_map(|thread| fs::read_to_string(thread.ok()?.path().join("children")).ok())
        .collect::<String>();
    let child = children.split_whitespace().next()?.parse().ok()?;
    let name = proc(child, "comm").ok()?;
    (name == b"chancery-host\n").then_some(child)
}

/// State of a process as in proc(5): `S` sleeping, `Z` ended but not reaped.
fn state(process: u32) -> Option<char> {
    let status = String::from_utf8(proc(process, "status").ok()?).ok()?;
    status
        .lines()
        .find_map(|line| line.strip_prefix("State:\t"))?
        .chars()
        .next()
}

#[test]
fn the_environment_of_a_host_is_what_was_listed_and_nothing_else() {
    let tokens = SoftTokens::blank();
    let host = tokens.host();
    let listed = format!("SOFTHSM2_CONF={}\0", tokens.configuration().display());
    match proc(host.process_id().unwrap(), "environ") {
        Ok(environment) => assert_eq!(String::from_utf8(environment).unwrap(), listed),
        // Not root: a process that is not dumpable shows its environment to nobody else.
        Err(error) => assert_eq!(error.kind(), io::ErrorKind::PermissionDenied),
    }
}

#[test]
fn a_host_has_no_core_dump_no_debugger_and_no_descriptor_of_ours() {
    let tokens = SoftTokens::blank();
    // As a library opens files that knows nothing of O_CLOEXEC.
    let _inheritable = rustix::pipe::pipe().unwrap();
    let host = tokens.host();
    let process = host.process_id().unwrap();
    let limits = String::from_utf8(proc(process, "limits").unwrap()).unwrap();
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"));
    let numbers: Vec<&str> = core.unwrap().split_whitespace().skip(4).collect();
    assert_eq!(numbers, ["0", "0", "bytes"]);

    // Files of a process that is not dumpable belong to root, whoever runs it (proc(5)); of one
    // that root runs, this alone would not tell, so its descriptors are looked at as well.
    use std::os::unix::fs::MetadataExt;
    let owner = fs::metadata(format!("/proc/{process}/environ"))
        .unwrap()
        .uid();
    assert_eq!(owner, 0);
    if let Ok(descriptors) = fs::read_dir(format!("/proc/{process}/fd")) {
        let open: Vec<String> = descriptors
            .map(|entry| {
                fs::read_link(entry.unwrap().path())
                    .unwrap()
                    .display()
                    .to_string()
            })
            .filter(|target| target != "/dev/null")
            .collect();
        assert!(
            !open.iter().any(|target| target.starts_with("pipe:")),
            "{open:?}"
        );
        let sockets = open
            .iter()
            .filter(|target| target.starts_with("socket:"))
            .count();
        assert_eq!(
            sockets, 5,
            "what was its standard input, and four lines: {open:?}"
        );
    }
}

#[test]
fn the_pin_is_in_neither_command_line_nor_environment_nor_memory_of_a_host() {
    let tokens = SoftTokens::new();
    let host = tokens.host();
    let token = host.login(&tokens.signing, &tokens.signing_pin).unwrap();
    token.generate(SignerAlgorithm::EcdsaP256).unwrap();
    let process = host.process_id().unwrap();
    let pin = tokens.signing_pin.expose().as_bytes();
    let holds = |bytes: &[u8], what: &[u8]| bytes.windows(what.len()).any(|window| window == what);

    let command_line = proc(process, "cmdline").unwrap();
    assert!(
        holds(&command_line, HOST.as_bytes()),
        "the command line can be read"
    );
    assert!(!holds(&command_line, pin));
    let Ok(environment) = proc(process, "environ") else {
        return; // not root: the rest is closed to us, as it should be
    };
    assert!(!holds(&environment, pin));

    let memory = memory(process);
    let configuration = tokens.configuration().display().to_string();
    assert!(
        holds(&memory, configuration.as_bytes()),
        "the memory can be read"
    );
    assert!(
        !holds(&memory, pin),
        "the PIN is wiped once the login is done"
    );
}

/// All private writable memory of a process.
fn memory(process: u32) -> Vec<u8> {
    use std::os::unix::fs::FileExt;
    let maps = String::from_utf8(proc(process, "maps").unwrap()).unwrap();
    let file = fs::File::open(format!("/proc/{process}/mem")).unwrap();
    let mut memory = Vec::new();
    for line in maps.lines().filter(|line| line.contains(" rw-p ")) {
        let (range, _) = line.split_once(' ').unwrap();
        let (from, to) = range.split_once('-').unwrap();
        let [from, to] = [from, to].map(|at| u64::from_str_radix(at, 16).unwrap());
        let mut part = vec![0; usize::try_from(to - from).unwrap()];
        if file.read_exact_at(&mut part, from).is_ok() {
            memory.extend(part);
        }
    }
    memory
}
