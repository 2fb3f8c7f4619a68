import type { ShownExtension } from './dashboard.tsx'

type ShownRelease = ShownExtension['releases'][number]

export function Releases({ releases }: { releases: readonly ShownRelease[] }) {
  if (releases.length === 0) return <p className="faint">Nothing has been published yet.</p>
  return (
    <div className="table">
      <table>
        <caption>Releases</caption>
        <thead>
          <tr>
            <th scope="col">Version</th>
            <th scope="col">State</th>
            <th scope="col">Published</th>
            <th scope="col" className="number">
              Size
            </th>
            <th scope="col">SHA-256</th>
          </tr>
        </thead>
        <tbody>
          {releases.map(release => (
            <tr key={release.version}>
              <th scope="row">{release.version}</th>
              <td>
                <State release={release} />
              </td>
              <td className="when">
                {release.publishedBy},{' '}
                <time dateTime={release.publishedAt}>
                  {new Date(release.publishedAt).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' })}
                </time>
              </td>
              <td className="number">{(release.size / 1_000).toLocaleString('en', { maximumFractionDigits: 1 })} kB</td>
              <td>
                <code title={release.sha256}>{release.sha256.slice(0, 12)}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function State({ release }: { release: ShownRelease }) {
  return (
    <>
      {release.approvedBy === null ? <span className="badge unsure">Waits for a second person</span> : `Approved by ${release.approvedBy}.`}
      {release.rollbackOf !== null && <span className="note"> The code of {release.rollbackOf}.</span>}
      {release.addedPermissions.length > 0 && <span className="note"> New permissions: {release.addedPermissions.join(', ')}.</span>}
      {release.fault !== null && <span className="refusal"> {release.fault}</span>}
    </>
  )
}
