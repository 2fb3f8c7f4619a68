import { describe, expect, it } from 'vitest'
import { dockerEnvironment } from './docker.mjs'

describe('the environment of programs that use Docker', () => {
  const environment = { HOME: '/home/ada', XDG_RUNTIME_DIR: '/run/user/1000' }
  const rootless = '/run/user/1000/docker.sock'
  const among =
    (...sockets) =>
    place =>
      sockets.includes(place)

  it('names the socket of a rootless engine, which their client does not look for', () => {
    expect(dockerEnvironment(environment, among(rootless))).toEqual({ DOCKER_HOST: `unix://${rootless}` })
  })

  it('names none where the client finds one by itself, or somebody has named one', () => {
    expect(dockerEnvironment(environment, among('/var/run/docker.sock', rootless))).toEqual({})
    expect(dockerEnvironment(environment, among('/home/ada/.docker/run/docker.sock', rootless))).toEqual({})
    expect(dockerEnvironment({ ...environment, DOCKER_HOST: 'tcp://engine:2375' }, among(rootless))).toEqual({})
    expect(dockerEnvironment(environment, among())).toEqual({})
    expect(dockerEnvironment({}, among(rootless))).toEqual({})
  })
})
