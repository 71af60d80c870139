//! Runs a program and kills it, or a program it starts, just before its Nth lasting step.
//!
//! ```text
//! kill_at_step STEP kill|hang VICTIM REPORT PROGRAM ARGUMENT…
//! ```
//!
//! VICTIM is the file name of the program that shall die. Its steps are the system calls by which
//! it writes files or answers others, of all its threads together and in the order the kernel sees
//! them; the Nth is never carried out: the victim dies, or that thread of it stays where it is until
//! somebody else kills it. STEP 0 only counts. Into REPORT goes `killed` or `ended`, and
//! the name of each step seen, one a line. The exit status is the program's, or 137.
//!
//! A process of its own, since it waits for every child there is. x86-64 Linux only: it reads the
//! registers of who makes a system call.
#![cfg_attr(not(all(target_os = "linux", target_arch = "x86_64")), allow(unused))]
#![forbid(unsafe_code)]

use std::process::ExitCode;

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let [step, how, victim, report, program, arguments @ ..] = &arguments[..] else {
        return ExitCode::from(2);
    };
    let step = step.to_str().and_then(|step| step.parse().ok());
    let end = match how.to_str() {
        Some("kill") => linux::End::Kill,
        Some("hang") => linux::End::Hang,
        _ => return ExitCode::from(2),
    };
    let run = linux::run(
        step.expect("STEP is a number"),
        end,
        victim,
        program,
        arguments,
    );
    let outcome = run.expect("the program can be traced; that needs ptrace to be permitted");
    let word = if outcome.killed { "killed" } else { "ended" };
    let text = [&[word], &outcome.steps[..]].concat().join("\n");
    std::fs::write(report, text).expect("the report can be written");
    ExitCode::from(outcome.status)
}

#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
fn main() -> ExitCode {
    ExitCode::from(2)
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod linux {
    use std::collections::HashMap;
    use std::ffi::{OsStr, OsString};
    use std::fs;
    use std::io::Write;
    use std::process::{Command, Stdio};

    use nix::errno::Errno;
    use nix::libc;
    use nix::sys::ptrace::{self, Options};
    use nix::sys::signal::{Signal, kill};
    use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
    use nix::unistd::Pid;

    /// What happens at the step.
    #[derive(Clone, Copy, PartialEq, Eq)]
    pub(crate) enum End {
        Kill,
        Hang,
    }

    pub(crate) struct Outcome {
        pub(crate) killed: bool,
        pub(crate) steps: Vec<&'static str>,
        pub(crate) status: u8,
    }

    /// Waits for a line, and then is the program: nothing happens before it is traced.
    const HELD: &str = "read -r go && exec \"$@\"";

    pub(crate) fn run(
        step: usize,
        end: End,
        victim: &OsStr,
        program: &OsStr,
        arguments: &[OsString],
    ) -> nix::Result<Outcome> {
        #[expect(
            clippy::zombie_processes,
            reason = "waited for below, with every process there is"
        )]
        let mut child = Command::new("sh")
            .args(["-c", HELD, "sh"])
            .arg(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .spawn()
            .expect("a shell starts");
        let first = Pid::from_raw(i32::try_from(child.id()).expect("a process has a number"));
        // Not PTRACE_O_EXITKILL: whoever was started by the one who died lives on.
        ptrace::seize(
            first,
            Options::PTRACE_O_TRACESYSGOOD
                | Options::PTRACE_O_TRACECLONE
                | Options::PTRACE_O_TRACEFORK
                | Options::PTRACE_O_TRACEVFORK
                | Options::PTRACE_O_TRACEEXEC,
        )?;
        ptrace::interrupt(first)?;
        let mut go = child.stdin.take().expect("it was piped");
        go.write_all(b"go\n").expect("the shell listens");
        drop(go);

        let mut programs: HashMap<Pid, bool> = HashMap::new();
        let (mut steps, mut killed) = (Vec::new(), false);
        loop {
            let status = waitpid(None, Some(WaitPidFlag::__WALL))?;
            let (thread, signal) = match status {
                WaitStatus::Exited(thread, status) if thread == first => {
                    let status = u8::try_from(status).unwrap_or(u8::MAX);
                    return Ok(Outcome {
                        killed,
                        steps,
                        status,
                    });
                }
                WaitStatus::Signaled(thread, signal, _) if thread == first => {
                    let status = 128 + u8::try_from(signal as i32).unwrap_or_default();
                    return Ok(Outcome {
                        killed,
                        steps,
                        status,
                    });
                }
                WaitStatus::PtraceEvent(thread, _, libc::PTRACE_EVENT_EXEC) => {
                    programs.remove(&thread);
                    (thread, None)
                }
                WaitStatus::PtraceSyscall(thread) => {
                    let ours = *programs
                        .entry(thread)
                        .or_insert_with(|| is_program(thread, victim));
                    if ours && let Some(name) = step_begun(thread) {
                        steps.push(name);
                        if steps.len() == step {
                            killed = true;
                            if end == End::Hang {
                                continue;
                            }
                            kill(process_of(thread), Signal::SIGKILL)?;
                        }
                    }
                    (thread, None)
                }
                WaitStatus::PtraceEvent(thread, ..) => (thread, None),
                WaitStatus::Stopped(thread, signal) => (thread, Some(signal)),
                WaitStatus::Exited(thread, _) | WaitStatus::Signaled(thread, ..) => {
                    programs.remove(&thread);
                    continue;
                }
                _ => continue,
            };
            // Whose steps count for nothing is not stopped at each: that was most of its time.
            let goes_on = if killed || programs.get(&thread) == Some(&false) {
                ptrace::cont(thread, signal)
            } else {
                ptrace::syscall(thread, signal)
            };
            match goes_on {
                Ok(()) | Err(Errno::ESRCH) => {} // it was killed meanwhile
                Err(error) => return Err(error),
            }
        }
    }

    fn is_program(thread: Pid, name: &OsStr) -> bool {
        fs::read_link(format!("/proc/{thread}/exe"))
            .is_ok_and(|path| path.file_name() == Some(name))
    }

    fn process_of(thread: Pid) -> Pid {
        let status = fs::read_to_string(format!("/proc/{thread}/status")).unwrap_or_default();
        let process = status
            .lines()
            .find_map(|line| line.strip_prefix("Tgid:")?.trim().parse().ok());
        Pid::from_raw(process.expect("the kernel says whose thread it is"))
    }

    /// The name of the system call that begins, if it writes something that lasts or is heard.
    fn step_begun(thread: Pid) -> Option<&'static str> {
        let registers = ptrace::getregs(thread).ok()?;
        // At the beginning of a call the place of its result holds "not implemented".
        if registers.rax.cast_signed() != -i64::from(libc::ENOSYS) {
            return None;
        }
        let creates = |flags: u64| flags & u64::from(libc::O_CREAT.cast_unsigned()) != 0;
        Some(match registers.orig_rax.cast_signed() {
            libc::SYS_fsync => "fsync",
            libc::SYS_fdatasync => "fdatasync",
            libc::SYS_ftruncate => "ftruncate",
            libc::SYS_pwrite64 => "pwrite64",
            libc::SYS_rename | libc::SYS_renameat | libc::SYS_renameat2 => "rename",
            libc::SYS_link | libc::SYS_linkat => "link",
            libc::SYS_unlink | libc::SYS_unlinkat => "unlink",
            libc::SYS_mkdir | libc::SYS_mkdirat => "mkdir",
            libc::SYS_openat if creates(registers.rdx) => "create",
            libc::SYS_sendto => "answer",
            libc::SYS_write if is_file(thread, registers.rdi) => "write",
            _ => return None,
        })
    }

    /// Whether a descriptor is a file's, and not one by which threads wake each other.
    fn is_file(thread: Pid, descriptor: u64) -> bool {
        fs::read_link(format!("/proc/{thread}/fd/{descriptor}"))
            .is_ok_and(|path| path.is_absolute() && !path.starts_with("/dev"))
    }
}
