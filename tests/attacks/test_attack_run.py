"""What a hostile submission tries in a run, against the tracer and other parts; named after the attack."""

from __future__ import annotations

import os
import time

import pytest

from grader.model.history import EndReason, History
from tests.system.leftovers import nothing_left
from tests.system.run_program import c_source, output, perform

pytestmark = pytest.mark.system

_MARKER = f"a-run-of-the-tests-of-attacks-{os.getpid()}"
_SOON_S = 10.0
_PEER = r"""
int main(void)
{
    char text[64];
    ssize_t count;
    while ((count = read(0, text, sizeof text)) > 0)
        write(1, text, (size_t)count);
    return 0;
}
"""
_TRY = r"""
#include <sys/ptrace.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <dirent.h>
#include <sched.h>
#define TRY(name, expression) (errno = 0, (void)((long)(expression) >= 0 \
    ? printf("%s done\n", name) : printf("%s %s\n", name, strerrorname_np(errno))))
"""
_WITH_PEER = """
- start: peer
- send: {peer: "1\\n"}
- expect: {part: peer, lines: "1"}
- start: tracee
- exit: {tracee: 0}
- send: {peer: "2\\n"}
- expect: {part: peer, lines: "2"}
"""


def _attack(
    source: str, steps: str = "[{start: tracee}]", *, stays: bool = False, **limits: float
) -> History:
    """Let a program do its worst; whatever it does, the run ends soon and leaves nothing."""
    programs = {"tracee": c_source(_TRY + source)}
    parts: dict[str, dict[str, object]] = {"tracee": {"args": [_MARKER]}}
    if "peer" in steps:
        programs["peer"] = c_source(_PEER)
        parts["peer"] = {"args": [_MARKER], "by": "reference"}
    begun = time.monotonic()
    with nothing_left(_MARKER):
        history = perform(programs, steps, parts=parts, stays=["peer"] if "peer" in steps else [], **limits)
    assert time.monotonic() - begun < _SOON_S
    assert history.end.reason is not EndReason.CRASHED
    return history


def _refused(history: History) -> dict[str, str]:
    return dict(line.split(" ", 1) for line in output(history).splitlines())


def test_kill_everybody() -> None:
    history = _attack(
        "int main(void)\n{\n    kill(-1, SIGKILL);\n    pause();\n    return 0;\n}\n", _WITH_PEER
    )
    # The peer is of the same user, as the programs of an exercise on signals have to be.
    ended = {op.part: op.value.get("signal") for op in history.ops if op.f == "exit"}
    assert ended["peer"] == "SIGKILL"


def test_kill_the_keeper() -> None:
    source = """
int main(void)
{
    kill(getppid(), SIGKILL);
    kill(1, SIGKILL);
    kill(2, SIGKILL);
    kill(0, SIGCONT);
    for (pid_t pid = 2; pid < 100; pid++)
        if (pid != getpid())
            kill(pid, SIGKILL);
    return 0;
}
"""
    history = _attack(source)
    assert history.end.reason is EndReason.FINISHED


def test_stop_everybody() -> None:
    source = "int main(void)\n{\n    kill(-1, SIGSTOP);\n    return 0;\n}\n"
    history = _attack(source, _WITH_PEER)
    assert history.end.reason is EndReason.STUCK
    assert {waiting.part: waiting.state for waiting in history.end.waiting} == {"peer": "stopped"}


def test_stop_ones_group_and_the_parent() -> None:
    source = """
int main(void)
{
    if (fork() == 0) {
        kill(0, SIGSTOP);
        kill(getppid(), SIGSTOP);
        pause();
    }
    wait(NULL);
    return 0;
}
"""
    history = _attack(source, "[{start: tracee}, {exit: {tracee: 0}}]")
    assert history.end.reason is EndReason.STUCK


def test_ignore_every_signal() -> None:
    source = """
int main(void)
{
    for (int number = 1; number < 65; number++)
        signal(number, SIG_IGN);
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    if (fork() == 0)
        for (;;)
            pause();
    for (;;)
        pause();
}
"""
    _attack(source)


def test_daemons() -> None:
    source = """
int main(void)
{
    for (int i = 0; i < 5; i++)
        if (fork() == 0) {
            setsid();
            if (fork())
                _exit(0);
            chdir("/");
            for (int fd = 0; fd < 20; fd++)
                close(fd);
            signal(SIGTERM, SIG_IGN);
            signal(SIGHUP, SIG_IGN);
            for (;;)
                sleep(1000);
        }
    return 0;
}
"""
    history = _attack(source, virtual_s=5000.0)
    assert sum(op.f == "exit" for op in history.ops) == 6


def test_close_everything() -> None:
    source = 'int main(void)\n{\n    close_range(0, ~0U, 0);\n    return write(1, "x", 1) == -1 ? 0 : 1;\n}\n'
    history = _attack(source, "[{start: tracee}, {exit: {tracee: 0}}]")
    assert history.end.reason is EndReason.FINISHED


def test_calls_behind_the_tracers_back() -> None:
    source = r"""
int main(void)
{
    char byte = 0;
    struct iovec here = {&byte, 1}, there = {&byte, 1};
    pid_t child = fork();
    if (child == 0) {
        pause();
        _exit(0);
    }
    TRY("traceme", ptrace(PTRACE_TRACEME, 0, 0, 0));
    TRY("attach", ptrace(PTRACE_ATTACH, child, 0, 0));
    TRY("seize", ptrace(PTRACE_SEIZE, getppid(), 0, 0));
    TRY("readv", process_vm_readv(child, &here, 1, &there, 1, 0));
    TRY("writev", process_vm_writev(child, &here, 1, &there, 1, 0));
    TRY("uring", syscall(425, 8, &(char[256]){0}));
    TRY("enter", syscall(426, 0, 0, 0, 0, NULL, 0));
    TRY("userfaultfd", syscall(SYS_userfaultfd, 0));
    TRY("bpf", syscall(SYS_bpf, 0, &byte, 1));
    TRY("perf", syscall(SYS_perf_event_open, &byte, 0, -1, -1, 0));
    TRY("unshare", unshare(CLONE_NEWUSER));
    kill(child, SIGKILL);
    wait(NULL);
    return 0;
}
"""
    history = _attack(source, "[{start: tracee}, {exit: {tracee: 0}}]")
    tried = _refused(history)
    assert len(tried) == 11
    assert set(tried.values()) == {"EPERM"}


def test_clone_untraced() -> None:
    source = r"""
static int body(void *unused)
{
    write(1, "child\n", 6);
    return unused != NULL;
}
int main(void)
{
    static char stack[65536];
    int status, pid = clone(body, stack + sizeof stack, CLONE_UNTRACED | SIGCHLD, NULL);
    waitpid(pid, &status, 0);
    struct {
        unsigned long flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
    } arguments = {.flags = CLONE_UNTRACED, .exit_signal = SIGCHLD};
    pid = (int)syscall(SYS_clone3, &arguments, sizeof arguments);
    if (pid == 0) {
        write(1, "third\n", 6);
        _exit(0);
    }
    waitpid(pid, &status, 0);
    return 0;
}
"""
    history = _attack(source, "[{start: tracee}, {exit: {tracee: 0}}]")
    seen = {op.pid for op in history.ops if op.f == "write"}
    assert seen
    assert len(seen) == (output(history).count("\n")), "every process that wrote was seen"
    assert sum(op.f == "exit" for op in history.of("tracee")) == 1 + len(seen)


def test_calls_of_another_architecture() -> None:
    source = r"""
int main(void)
{
    static const char text[] = "32 bits\n";
    char *low = mmap((void *)0x10000000, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    long result = -1;
    memcpy(low, text, sizeof text);
    /* write(2) by its number in the other table, which on this one is exit(2) or another */
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(4L), "b"(1L), "c"(low), "d"(8L) : "memory");
    printf("%ld\n", result);
    /* the x32 table */
    printf("%ld\n", syscall(0x40000000L + SYS_getppid));
    return 0;
}
"""
    history = _attack(source)
    assert "32 bits" not in output(history)
    (ended,) = (op for op in history.ops if op.f == "exit")
    assert ended.value.get("signal") == "SIGSYS" or output(history).startswith("-")


def test_a_filter_of_ones_own() -> None:
    source = r"""
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
static int install(unsigned action)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_write, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, action),
    };
    struct sock_fprog program = {4, code};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}
int main(void)
{
    const unsigned actions[] = {SECCOMP_RET_ERRNO | ENOSYS, SECCOMP_RET_TRACE, SECCOMP_RET_TRAP,
                                SECCOMP_RET_KILL_THREAD, SECCOMP_RET_USER_NOTIF};
    for (int i = 0; i < 5; i++) {
        if (fork() == 0) {
            install(actions[i]);
            write(1, "written\n", 8);
            read(0, NULL, 0);
            _exit(0);
        }
        wait(NULL);
    }
    return 0;
}
"""
    history = _attack(source, "[{start: tracee}, {exit: {tracee: 0}}]")
    assert history.end.reason is EndReason.FINISHED
    writers = {op.pid for op in history.ops if op.f == "write" and op.result == 8}
    assert output(history).count("written") == len(writers), "nothing was written unseen"


def test_strict_seccomp() -> None:
    source = r"""
int main(void)
{
    prctl(PR_SET_SECCOMP, 1);
    write(1, "x\n", 2);
    pause();
    return 0;
}
"""
    _attack(source)


def test_raise_limits() -> None:
    source = r"""
int main(void)
{
    struct rlimit more = {RLIM_INFINITY, RLIM_INFINITY};
    TRY("memory", setrlimit(RLIMIT_AS, &more));
    TRY("file", setrlimit(RLIMIT_FSIZE, &more));
    TRY("files", setrlimit(RLIMIT_NOFILE, &more));
    TRY("cpu", setrlimit(RLIMIT_CPU, &more));
    TRY("keeper", prlimit(getppid(), RLIMIT_NOFILE, &more, NULL));
    TRY("nice", setpriority(PRIO_PROCESS, 0, -5));
    TRY("real", sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){1}));
    return 0;
}
"""
    tried = _refused(_attack(source, "[{start: tracee}, {exit: {tracee: 0}}]"))
    assert len(tried) == 7
    assert "done" not in tried.values()


def test_look_into_others_through_proc() -> None:
    source = r"""
static void look(const char *pid)
{
    const char *const names[] = {"mem", "maps", "environ", "exe", "root/work", "fd/0", "cwd", "syscall",
                                 "auxv"};
    char path[300];
    for (int i = 0; i < 9; i++) {
        snprintf(path, sizeof path, "/proc/%s/%s", pid, names[i]);
        int fd = open(path, i ? O_RDONLY | O_NONBLOCK : O_RDWR);
        char byte;
        if (fd >= 0 && (i < 3 || i > 6) && read(fd, &byte, 1) <= 0)
            continue;
        if (fd >= 0)
            printf("%s\n", path);
    }
}
int main(void)
{
    DIR *processes = opendir("/proc");
    struct dirent *entry;
    char self[16];
    snprintf(self, sizeof self, "%d", getpid());
    while ((entry = readdir(processes)))
        if (entry->d_name[0] > '0' && entry->d_name[0] <= '9' && strcmp(entry->d_name, self))
            look(entry->d_name);
    return 0;
}
"""
    history = _attack(source, _WITH_PEER)
    assert history.end.reason is EndReason.FINISHED
    assert output(history) == ""


def test_execute_the_reference() -> None:
    source = r"""
int main(void)
{
    char path[64], *words[] = {"stolen", NULL};
    for (int pid = 1; pid < 12; pid++) {
        if (pid == getpid())
            continue;
        snprintf(path, sizeof path, "/proc/%d/exe", pid);
        execv(path, words);
        for (int fd = 0; fd < 10; fd++) {
            snprintf(path, sizeof path, "/proc/%d/fd/%d", pid, fd);
            execv(path, words);
        }
    }
    return 0;
}
"""
    history = _attack(source, _WITH_PEER)
    assert history.end.reason is EndReason.FINISHED


def test_write_to_other_processes_memory() -> None:
    source = r"""
int main(void)
{
    static int value = 1;
    char path[64];
    pid_t child = fork();
    if (child == 0) {
        sleep(1);
        _exit(value);
    }
    snprintf(path, sizeof path, "/proc/%d/mem", child);
    int fd = open(path, O_RDWR), other = 7, status; /* allowed: it is ones own child */
    if (fd >= 0)
        pwrite(fd, &other, sizeof other, (off_t)(uintptr_t)&value);
    waitpid(child, &status, 0);
    return 0;
}
"""
    assert _attack(source, "[{start: tracee}, {exit: {tracee: 0}}]").end.reason is EndReason.FINISHED


@pytest.mark.parametrize("folder", ["/work", "/dev/shm", "/tmp"])
def test_fill_a_folder(folder: str) -> None:
    source = f"""
static char text[1 << 20];
int main(void)
{{
    char path[64];
    signal(SIGXFSZ, SIG_IGN);
    for (int i = 0; i < 1000; i++) {{
        snprintf(path, sizeof path, "{folder}/f%d", i);
        int fd = open(path, O_WRONLY | O_CREAT, 0600);
        if (fd < 0 || write(fd, text, sizeof text) != sizeof text)
            return 0;
        close(fd);
    }}
    return 1;
}}
"""
    history = _attack(source, "[{start: tracee}, {exit: {tracee: 0}}]")
    assert history.end.reason is EndReason.FINISHED


def test_names_without_end() -> None:
    source = """
int main(void)
{
    char path[64];
    for (int i = 0; i < 3000; i++) {
        snprintf(path, sizeof path, "f%d", i);
        if (mknod(path, S_IFREG | 0600, 0))
            return 0;
    }
    return 0;
}
"""
    _attack(source)


def test_names_that_are_no_text() -> None:
    source = r"""
int main(void)
{
    char *words[] = {"/proc/self/exe", "\xff\xfe", "\n", "{}", NULL};
    mkfifo("\xff\xfe\n\x1b[31m", 0600);
    mkdir("${x}", 0700);
    open(NULL, O_RDONLY);
    open((char *)1, O_RDONLY);
    write(1, (void *)-1, 10);
    write(1, "\xff\x00\x1b[2J", 6);
    syscall(SYS_rt_sigaction, 1, (void *)3, NULL, 8);
    syscall(SYS_semop, -1, (void *)3, 100000);
    syscall(SYS_poll, (void *)5, 0xffffffff, 0);
    syscall(SYS_nanosleep, (void *)7, NULL);
    syscall(SYS_clock_gettime, -5, (void *)9);
    syscall(SYS_execve, "\xff", (void *)11, NULL);
    syscall(SYS_msgsnd, 0, (void *)11, -1, 0);
    syscall(SYS_sendmsg, 0, (void *)11, 0);
    syscall(SYS_sigaltstack, (void *)13, NULL);
    syscall(SYS_clone, 0xffffffff, 0, 0, 0, 0);
    syscall(SYS_setsockopt, 1, 1, 20, (void *)15, 16);
    syscall(SYS_wait4, -1, (void *)17, 0, NULL);
    syscall(SYS_mmap, 0, -1L, 3, 1 | 0x20, -1, 0);
    syscall(SYS_munmap, 0xfffffffffffff000, -1L);
    if (words[0][0])
        raise(SIGUSR1);
    return 0;
}
"""
    history = _attack(source)
    assert history.dump()


def test_return_from_no_signal() -> None:
    _attack("int main(void)\n{\n    syscall(SYS_rt_sigreturn);\n    return 0;\n}\n")


def test_a_stack_that_is_none() -> None:
    source = r"""
int main(void)
{
    __asm__ volatile("mov $16, %rsp; mov $39, %eax; syscall; mov $110, %eax; syscall; hlt");
    return 0;
}
"""
    history = _attack(source)
    (ended,) = (op for op in history.ops if op.f == "exit")
    assert ended.value.get("signal") == "SIGSEGV"


def test_a_program_that_cannot_be_executed() -> None:
    source = r"""
int main(void)
{
    char *words[] = {"x", NULL};
    int fd = open("x", O_WRONLY | O_CREAT, 0700);
    write(fd, "\x7f" "ELF garbage", 11);
    close(fd);
    execv("x", words);
    fd = open("y", O_WRONLY | O_CREAT, 0700);
    write(fd, "#!/nowhere\n", 11);
    close(fd);
    execv("y", words);
    execl("/bin/sh", "sh", "-c", "kill -9 $$", NULL);
    return 0;
}
"""
    history = _attack(source, "[{start: tracee}, {exit: {tracee: {signal: KILL}}}]")
    assert history.end.reason is EndReason.FINISHED


def test_signals_and_forks_in_every_schedule() -> None:
    source = """
static void handler(int number) { (void)number; }
int main(void)
{
    signal(SIGUSR1, handler);
    for (int i = 0; i < 4; i++)
        if (fork() == 0) {
            for (int turn = 0; turn < 4; turn++) {
                kill(0, SIGUSR1);
                usleep(10);
                if (turn == 2 && i < 2)
                    kill(getppid() + 1 + i, SIGKILL);
            }
            _exit(0);
        }
    while (wait(NULL) > 0 || errno == EINTR)
        ;
    return 0;
}
"""
    program = c_source(_TRY + source)
    for seed in range(6):
        with nothing_left():
            history = perform(program, "[{start: tracee}, {exit: {tracee: 0}}]", strategy="random", seed=seed)
        assert history.end.reason is EndReason.FINISHED
