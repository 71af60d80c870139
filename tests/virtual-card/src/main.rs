//! A PIV card on a virtual reader, and the PC/SC service it is seen through.
//!
//! `virtual-card FOLDER` starts `pcscd`, with the socket `FOLDER/run/pcscd.comm` and the card's
//! memory in `FOLDER/memory`, and obeys lines on standard input, each answered by one line:
//! `insert`, `remove`, and `vanish N`, after which the card is pulled at its Nth signature from
//! now, before it answers. It ends, and the service with it, when standard input does.
//!
//! Start it in namespaces of its own, because the virtual reader listens on every address, and a
//! service of the machine has its socket at the usual place:
//! `unshare --map-root-user --mount --net --pid --fork --kill-child virtual-card FOLDER`.
#![forbid(unsafe_code)]

mod apdu;
mod backends;

use std::{
    env, fs, io,
    io::{BufRead as _, Write as _},
    net::{Ipv4Addr, Shutdown, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use piv_authenticator::{Authenticator, Options};
use trussed::virt::{StorageConfig, StoreConfig};
use trussed_core::types::Location;

/// Where vpcd listens for the card of its first reader.
const READER: (Ipv4Addr, u16) = (Ipv4Addr::LOCALHOST, 35963);
/// How long the service may take to start.
const PATIENCE: Duration = Duration::from_secs(20);

/// The cable between card and reader, as both ends see it.
#[derive(Clone, Default)]
struct Cable {
    plugged: Arc<Mutex<Option<TcpStream>>>,
    /// Signatures until the card is pulled; zero if it stays.
    vanish: Arc<AtomicU32>,
}

impl Cable {
    fn pull(&self) {
        let plugged = self.plugged.lock().ok().and_then(|mut cable| cable.take());
        if let Some(stream) = plugged {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

fn main() -> io::Result<()> {
    let folder = env::args_os().nth(1).map(PathBuf::from);
    let folder = folder.ok_or_else(|| io::Error::other("usage: virtual-card FOLDER"))?;
    let mut service = start_service(&folder.join("run"))?;
    let memory = folder.join("memory");
    fs::create_dir_all(&memory)?;

    let cable = Cable::default();
    let (insert, inserted) = mpsc::channel();
    let served = {
        let cable = cable.clone();
        thread::spawn(move || obey(&cable, &insert))
    };
    let store = StoreConfig {
        internal: StorageConfig::filesystem(memory.join("internal")),
        external: StorageConfig::filesystem(memory.join("external")),
        volatile: StorageConfig::ram(),
    };
    backends::with_client(store, |client| {
        let options = Options::default().storage(Location::Internal);
        let mut card = apdu::Card::new(Authenticator::new(client, options), cable.clone());
        for stream in inserted {
            // Until the cable is pulled.
            let _ = vpicc::Connection::from(stream).run(&mut card);
        }
    });
    let _ = served.join();
    service.kill()?;
    service.wait()?;
    Ok(())
}

/// Starts the PC/SC service with its socket in a folder, and waits until it listens.
fn start_service(run: &Path) -> io::Result<Child> {
    let usual = Path::new("/run/pcscd");
    if run.exists() {
        // Of an earlier one, whose number another process may have by now.
        fs::remove_dir_all(run)?;
    }
    fs::create_dir_all(run)?;
    fs::create_dir_all(usual)?;
    must(Command::new("mount").arg("--bind").arg(run).arg(usual))?;
    must(Command::new("ip").args(["link", "set", "lo", "up"]))?;
    let log = fs::File::create(run.join("pcscd.log"))?;
    let mut service = Command::new("pcscd")
        .args(["--foreground", "--info"])
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()?;
    let start = Instant::now();
    while !run.join("pcscd.comm").exists() || TcpStream::connect(READER).is_err() {
        if let Some(status) = service.try_wait()? {
            return Err(io::Error::other(format!("pcscd ended: {status}")));
        }
        if start.elapsed() > PATIENCE {
            service.kill()?;
            return Err(io::ErrorKind::TimedOut.into());
        }
        thread::sleep(Duration::from_millis(50));
    }
    Ok(service)
}

fn must(command: &mut Command) -> io::Result<()> {
    match command.status()? {
        status if status.success() => Ok(()),
        status => Err(io::Error::other(format!("{command:?}: {status}"))),
    }
}

/// Obeys the lines on standard input.
fn obey(cable: &Cable, insert: &mpsc::Sender<TcpStream>) {
    println!("ready");
    for line in io::stdin().lock().lines().map_while(Result::ok) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let done = match words[..] {
            ["insert"] => plug(cable, insert),
            ["remove"] => {
                cable.pull();
                Ok(())
            }
            ["vanish", count] => count
                .parse()
                .map(|count| cable.vanish.store(count, Ordering::SeqCst))
                .map_err(io::Error::other),
            _ => Err(io::Error::other("no such command")),
        };
        match done {
            Ok(()) => println!("done"),
            Err(error) => println!("{error}"),
        }
        let _ = io::stdout().flush();
    }
    cable.pull();
}

/// Puts the card in; one that is in stays there.
fn plug(cable: &Cable, insert: &mpsc::Sender<TcpStream>) -> io::Result<()> {
    let Ok(mut plugged) = cable.plugged.lock() else {
        return Err(io::ErrorKind::Other.into());
    };
    if plugged.is_none() {
        let stream = TcpStream::connect(READER)?;
        *plugged = Some(stream.try_clone()?);
        insert.send(stream).map_err(io::Error::other)?;
    }
    Ok(())
}
