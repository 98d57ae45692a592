import { type CommandOptions, withCore } from './open.ts';
import { exitCodes, messageOf, print } from './output.ts';

/** `doorstep status`: every site and what waits; reads beside a running app. */
export function statusCommand(options: CommandOptions): Promise<number> {
  return withCore(options, 'read', async ({ siteList, store }) => {
    const end = new AbortController();
    const first = await siteList.watch(end.signal).next();
    end.abort();
    const rows = first.done ? [] : first.value.rows;
    const sites = rows.map(({ id, name, siteUid, state, doors, unsent, attention }) => {
      const problem = attention === null ? null : { ...attention, message: messageOf(attention) };
      return { id, name, siteUid, state, doors, unsent, problem };
    });
    const { unsent, needsPerson } = store.outbox.counts();
    const lines = sites.map(({ name, siteUid, state, doors, unsent: waiting, problem }) => {
      const parts = [
        name,
        siteUid ?? 'no UID yet',
        state,
        `${doors.tested} of ${doors.planned} doors tested`,
      ];
      if (waiting > 0) parts.push(`${waiting} unsent`);
      if (problem !== null) parts.push(problem.message);
      return parts.join(' · ');
    });
    print(options.json, { sites, unsent, needsPerson }, [
      ...lines,
      `${sites.length} sites, ${unsent} unsent, ${needsPerson} need a person.`,
    ]);
    return needsPerson > 0 ? exitCodes.needsPerson : exitCodes.done;
  });
}
