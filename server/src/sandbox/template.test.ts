import { describe, expect, test } from 'vitest'
import { seccompProfile } from './seccomp.ts'
import { defaultSandboxSettings } from './settings.ts'
import { layoutTemplate, sandboxTemplate } from './template.ts'

const settings = { ...defaultSandboxSettings, instanceId: 'instance', image: 'image:tag' }
const input = {
  settings,
  name: 'name',
  purpose: 'session',
  labels: { 'fixpoint.session': 'ses_1' },
  workspace: 'workspace-volume'
} as const

describe('sandboxTemplate', () => {
  test('is the golden template', () => {
    const { HostConfig, ...config } = sandboxTemplate(input)
    const { SecurityOpt, ...host } = HostConfig ?? {}
    expect(config).toMatchInlineSnapshot(`
      {
        "AttachStderr": true,
        "AttachStdin": true,
        "AttachStdout": true,
        "Cmd": [
          "serve",
        ],
        "Entrypoint": [
          "/usr/bin/tini",
          "--",
          "/usr/local/bin/node",
          "/opt/fixpoint/launch.mjs",
        ],
        "Env": [
          "PATH=/usr/local/bin:/usr/bin:/bin",
          "HOME=/home/fixpoint",
          "USER=fixpoint",
          "LANG=C.UTF-8",
          "TMPDIR=/tmp",
          "HTTP_PROXY=http://127.0.0.1:3128",
          "HTTPS_PROXY=http://127.0.0.1:3128",
          "http_proxy=http://127.0.0.1:3128",
          "https_proxy=http://127.0.0.1:3128",
          "npm_config_proxy=http://127.0.0.1:3128",
          "npm_config_https_proxy=http://127.0.0.1:3128",
          "NO_PROXY=localhost,127.0.0.1,::1",
          "no_proxy=localhost,127.0.0.1,::1",
          "npm_config_noproxy=localhost,127.0.0.1,::1",
          "NODE_USE_ENV_PROXY=1",
          "NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt",
          "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt",
          "npm_config_cafile=/etc/ssl/certs/ca-certificates.crt",
          "GIT_SSL_CAINFO=/etc/ssl/certs/ca-certificates.crt",
          "GIT_TERMINAL_PROMPT=0",
          "npm_config_update_notifier=false",
          "npm_config_fund=false",
          "npm_config_audit=false",
          "FIXPOINT_DISK_LIMIT=10737418240",
          "FIXPOINT_DISK_RESERVE=10737418240",
        ],
        "Hostname": "sandbox",
        "Image": "image:tag",
        "Labels": {
          "fixpoint.instance": "instance",
          "fixpoint.purpose": "session",
          "fixpoint.session": "ses_1",
        },
        "OpenStdin": true,
        "StdinOnce": true,
        "Tty": false,
        "User": "10001:10001",
        "WorkingDir": "/workspace",
        "name": "name",
      }
    `)
    expect(host).toMatchInlineSnapshot(`
      {
        "AutoRemove": false,
        "CapDrop": [
          "ALL",
        ],
        "IpcMode": "private",
        "LogConfig": {
          "Config": {},
          "Type": "none",
        },
        "Memory": 2147483648,
        "MemorySwap": 2147483648,
        "Mounts": [
          {
            "Source": "workspace-volume",
            "Target": "/workspace",
            "Type": "volume",
            "VolumeOptions": {
              "DriverConfig": {
                "Name": "",
                "Options": {},
              },
              "Labels": {},
              "NoCopy": true,
            },
          },
          {
            "Source": "",
            "Target": "/home/fixpoint",
            "Type": "volume",
          },
        ],
        "NanoCpus": 2000000000,
        "NetworkMode": "none",
        "PidsLimit": 512,
        "Privileged": false,
        "ReadonlyRootfs": true,
        "RestartPolicy": {
          "Name": "no",
        },
        "ShmSize": 268435456,
        "Tmpfs": {
          "/tmp": "rw,exec,nosuid,nodev,mode=1777,size=536870912,nr_inodes=200000",
        },
        "Ulimits": [
          {
            "Hard": 16384,
            "Name": "nofile",
            "Soft": 16384,
          },
          {
            "Hard": 0,
            "Name": "core",
            "Soft": 0,
          },
          {
            "Hard": 10737418240,
            "Name": "fsize",
            "Soft": 10737418240,
          },
        ],
      }
    `)
    expect(SecurityOpt).toEqual(['no-new-privileges', `seccomp=${JSON.stringify(seccompProfile)}`])
  })

  test('takes nothing from its caller but name, labels, volume and the limits', () => {
    const smuggled = {
      ...input,
      Privileged: true,
      Binds: ['/:/host'],
      HostConfig: {
        NetworkMode: 'host',
        PidMode: 'host',
        UsernsMode: 'host',
        CapAdd: ['ALL'],
        Devices: [{}],
        SecurityOpt: ['seccomp=unconfined']
      }
    }
    expect(sandboxTemplate(smuggled)).toEqual(sandboxTemplate(input))
  })

  test('cannot be relabelled as another instance’s', () => {
    const labels = { 'fixpoint.instance': 'other', 'fixpoint.purpose': 'layout' }
    expect(sandboxTemplate({ ...input, labels }).Labels).toEqual({ 'fixpoint.instance': 'instance', 'fixpoint.purpose': 'session' })
  })
})

describe('layoutTemplate', () => {
  test('has the same walls', () => {
    const { Mounts: _, ...walls } = sandboxTemplate(input).HostConfig ?? {}
    const { Mounts, ...layoutWalls } = layoutTemplate({ settings, name: 'layout', mounts: [] }).HostConfig ?? {}
    expect(layoutWalls).toEqual(walls)
    expect(Mounts).toEqual([])
  })
})

describe('seccompProfile', () => {
  const allowed = new Set(
    seccompProfile.syscalls.filter(rule => rule.action === 'SCMP_ACT_ALLOW' && rule.args === undefined).flatMap(rule => rule.names)
  )

  test.each([
    'io_uring_setup',
    'io_uring_enter',
    'io_uring_register',
    'ptrace',
    'process_vm_readv',
    'process_vm_writev',
    'pidfd_getfd',
    'kcmp',
    'unshare',
    'setns',
    'mount',
    'umount2',
    'pivot_root',
    'chroot',
    'fsopen',
    'fsmount',
    'move_mount',
    'open_tree',
    'mount_setattr',
    'open_by_handle_at',
    'bpf',
    'perf_event_open',
    'userfaultfd',
    'keyctl',
    'add_key',
    'request_key',
    'kexec_load',
    'init_module',
    'finit_module',
    'iopl',
    'ioperm',
    'modify_ldt',
    'quotactl',
    'fanotify_init',
    'acct',
    'swapon',
    'reboot',
    'settimeofday',
    'clone',
    'clone3',
    'socket',
    'personality',
    'msgget',
    'mq_open',
    'vmsplice'
  ])('does not simply allow %s', name => expect(allowed.has(name)).toBe(false))

  test('names each call once', () => {
    const names = seccompProfile.syscalls.find(rule => rule.args === undefined && rule.action === 'SCMP_ACT_ALLOW')?.names ?? []
    expect(names.length).toBeGreaterThan(200)
    expect(names).toEqual([...new Set(names)])
  })
})
