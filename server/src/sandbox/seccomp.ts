/**
 * The system calls that a sandbox may make: what Node, npm, git, a shell, language tools and Chromium (without its own sandbox)
 * need, by purpose, and nothing else. Whatever is not listed fails with EPERM, so that a program sees a refusal and not a crash.
 *
 * The habit (deny by default, mask the namespace flags of clone, answer clone3 with ENOSYS so that the C library falls back)
 * is that of the default profiles of container engines. This list is narrower where those keep room for every workload: no
 * io_uring, no ptrace or reading of other processes' memory, no namespaces, no keyrings, no BPF, no message queues, no 32-bit
 * calls, and sockets of four families only. Numbers and flags: Linux UAPI headers (sched.h, socket.h, personality.h).
 */
const ALLOWED_BY_PURPOSE = {
  files: `
    access chdir chmod chown close close_range copy_file_range creat dup dup2 dup3 faccessat faccessat2 fadvise64 fallocate fchdir
    fchmod fchmodat fchmodat2 fchown fchownat fcntl fdatasync fgetxattr flistxattr flock fremovexattr fsetxattr fstat fstatfs
    fsync ftruncate futimesat getcwd getdents getdents64 getxattr ioctl lchown lgetxattr link linkat listxattr llistxattr
    lremovexattr lseek lsetxattr lstat mkdir mkdirat mknod mknodat newfstatat open openat openat2 pread64 preadv preadv2 pwrite64
    pwritev pwritev2 read readahead readlink readlinkat readv removexattr rename renameat renameat2 rmdir sendfile setxattr splice
    stat statfs statx symlink symlinkat sync sync_file_range syncfs tee truncate umask unlink unlinkat utime utimensat utimes
    write writev
  `,
  memory: `
    brk madvise membarrier memfd_create mincore mlock mlock2 mlockall mmap mprotect mremap mseal msync munlock munlockall munmap
    pkey_alloc pkey_free pkey_mprotect
  `,
  processes: `
    arch_prctl capget capset execve execveat exit exit_group fork getcpu getegid geteuid getgid getgroups getpgid getpgrp getpid
    getppid getpriority getresgid getresuid getrlimit getrusage getsid gettid getuid ioprio_get ioprio_set landlock_add_rule
    landlock_create_ruleset landlock_restrict_self pidfd_open pidfd_send_signal prctl prlimit64 sched_get_priority_max
    sched_get_priority_min sched_getaffinity sched_getattr sched_getparam sched_getscheduler sched_rr_get_interval
    sched_setaffinity sched_setattr sched_setparam sched_setscheduler sched_yield seccomp set_robust_list set_tid_address setfsgid
    setfsuid setgid setgroups setpgid setpriority setregid setresgid setresuid setreuid setrlimit setsid setuid sysinfo times
    uname vfork wait4 waitid
  `,
  signalsAndTime: `
    alarm clock_getres clock_gettime clock_nanosleep getitimer gettimeofday kill nanosleep pause restart_syscall rt_sigaction
    rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_tgsigqueueinfo setitimer
    sigaltstack signalfd signalfd4 tgkill time timer_create timer_delete timer_getoverrun timer_gettime timer_settime
    timerfd_create timerfd_gettime timerfd_settime tkill
  `,
  waitingAndThreads: `
    epoll_create epoll_create1 epoll_ctl epoll_pwait epoll_pwait2 epoll_wait eventfd eventfd2 futex futex_requeue futex_wait
    futex_waitv futex_wake get_robust_list inotify_add_watch inotify_init inotify_init1 inotify_rm_watch poll ppoll pselect6 rseq
    select
  `,
  socketsAndPipes: `
    accept accept4 bind connect getpeername getsockname getsockopt listen pipe pipe2 recvfrom recvmmsg recvmsg sendmmsg sendmsg
    sendto setsockopt shutdown socketpair
  `,
  sharedMemory: 'semctl semget semop semtimedop shmat shmctl shmdt shmget',
  random: 'getrandom'
}

/** AF_UNIX, AF_INET, AF_INET6, and AF_NETLINK (listing network interfaces). Not AF_VSOCK, AF_PACKET, AF_ALG and the others. */
const SOCKET_FAMILIES = [1, 2, 10, 16]

/** PER_LINUX, and the value that asks for the current one. */
const PERSONALITIES = [0, 0xffff_ffff]

/** CLONE_NEWNS | NEWCGROUP | NEWUTS | NEWIPC | NEWUSER | NEWPID | NEWNET: any of them makes `clone` fail. */
const NAMESPACE_FLAGS = 0x7e02_0000

const ENOSYS = 38

interface SeccompRule {
  names: readonly string[]
  action: 'SCMP_ACT_ALLOW' | 'SCMP_ACT_ERRNO'
  errnoRet?: number
  args?: { index: number; value: number; valueTwo?: number; op: 'SCMP_CMP_EQ' | 'SCMP_CMP_MASKED_EQ' }[]
}

interface SeccompProfile {
  defaultAction: 'SCMP_ACT_ERRNO'
  archMap: { architecture: string; subArchitectures: string[] }[]
  syscalls: SeccompRule[]
}

/** The profile in the form that container engines read. */
export const seccompProfile: SeccompProfile = {
  defaultAction: 'SCMP_ACT_ERRNO',
  archMap: [
    { architecture: 'SCMP_ARCH_X86_64', subArchitectures: [] },
    { architecture: 'SCMP_ARCH_AARCH64', subArchitectures: [] }
  ],
  syscalls: [
    { names: Object.values(ALLOWED_BY_PURPOSE).flatMap(words), action: 'SCMP_ACT_ALLOW' },
    {
      names: ['clone'],
      action: 'SCMP_ACT_ALLOW',
      args: [{ index: 0, value: NAMESPACE_FLAGS, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }]
    },
    { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: ENOSYS },
    ...whereFirstArgumentIs('socket', SOCKET_FAMILIES),
    ...whereFirstArgumentIs('personality', PERSONALITIES)
  ]
}

function words(text: string): string[] {
  return text.trim().split(/\s+/)
}

function whereFirstArgumentIs(name: string, values: number[]): SeccompRule[] {
  return values.map(value => ({ names: [name], action: 'SCMP_ACT_ALLOW', args: [{ index: 0, value, op: 'SCMP_CMP_EQ' }] }))
}
