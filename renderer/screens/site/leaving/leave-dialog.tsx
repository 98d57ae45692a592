import { useEffect, useState } from 'react';
import type { Device, Site } from '../../../../electron/contract/model.ts';
import { useAct, useWork } from '../../../app/host.tsx';
import { Text, useText } from '../../../i18n/text.tsx';
import { Button } from '../../../parts/button.tsx';
import { Code } from '../../../parts/code.tsx';
import { Dialog } from '../../../parts/dialog.tsx';
import { Drawing } from '../../../parts/drawing.tsx';
import { Select, TextField } from '../../../parts/fields.tsx';
import { Note } from '../../../parts/note.tsx';
import { ProblemInline } from '../../../parts/problem.tsx';
import { drawingOf } from '../../../parts/states.ts';
import { possibleParents } from '../hardware/tree.ts';
import { consequencesOf, type Leaving } from './consequences.ts';
import css from './leaving.module.css';
import { WhatFollows } from './what-follows.tsx';

/** What cannot be taken back by attaching again is typed, not only pressed. */
const mustBeTyped = (act: Leaving, force: boolean) => force || act === 'detach_all' || act === 'reset';

/** Says what follows from detaching, moving, replacing or resetting a device, and begins it; the running work's panel goes on. */
export function LeaveDialog({
  site,
  device,
  act,
  onClose,
}: {
  site: Site;
  device: Device;
  act: Exclude<Leaving, 'replace_hub'>;
  onClose: () => void;
}) {
  const t = useText();
  const { value: work } = useWork();
  // What its hub forgot already has no word to wait for.
  const isForgotten = device.heldByHub !== null;
  const [force, setForce] = useState(isForgotten);
  const [typed, setTyped] = useState('');
  const parents = possibleParents(site.devices, device).filter(({ id }) => id !== device.parentId);
  const [parentId, setParentId] = useState<string | null>(parents[0]?.id ?? null);
  const word = t(act === 'reset' ? 'leave.word.reset' : 'leave.word.detach');
  const follows = consequencesOf(act, device, site.devices, force);
  const begin = useAct((client) => {
    const { id: deviceId, siteId } = device;
    if (act === 'reset') return client.work.reset({ deviceId });
    if (act === 'replace') return client.work.replace({ deviceId, force });
    if (act === 'move') return client.work.move({ deviceId, parentId: parentId ?? '' });
    const deviceIds =
      act === 'detach'
        ? [deviceId]
        : site.devices.filter((each) => each.parentId === deviceId).map(({ id }) => id);
    return client.work.detach({ siteId, deviceIds, force });
  });
  const running = work?.state === 'running';
  const started = begin.busy && running;
  useEffect(() => {
    // From here on the panel of the running work tells what happens.
    if (started) onClose();
  }, [started, onClose]);
  const asksWord = mustBeTyped(act, force && !isForgotten);
  const isTyped = !asksWord || typed.trim().toUpperCase() === word.toUpperCase();
  const notYet =
    running && !begin.busy
      ? t('attach.wait')
      : act === 'move' && parentId === null
        ? t('leave.no_place')
        : isTyped
          ? undefined
          : t('leave.type_first', { word });
  return (
    <Dialog
      wide
      title={t(`leave.title.${act}`, { name: device.name })}
      lead={device.mac === null ? undefined : <Code value={device.mac} />}
      picture={<Drawing name={drawingOf(device)} size={56} />}
      onClose={onClose}
      footer={
        <>
          <Button big onPress={onClose}>
            <Text id="dialog.cancel" />
          </Button>
          <Button
            big
            kind={asksWord || act === 'replace' ? 'danger' : 'key'}
            busy={begin.busy ? t('work.again.busy') : undefined}
            notYet={notYet}
            onPress={() => void begin.run()}
          >
            <Text id={`leave.do.${act}`} values={{ count: follows.leaving.length }} />
          </Button>
        </>
      }
    >
      <div className={css.what}>
        {act === 'move' && (
          <Select
            label={t('leave.new_place')}
            value={parentId}
            choices={parents.map(({ id, name }) => ({ id, label: name }))}
            onChange={setParentId}
          />
        )}
        {(act === 'detach' || act === 'detach_all' || act === 'replace') && follows.leaving.length > 0 && (
          <HowIsIt force={force} onChange={setForce} />
        )}
        <WhatFollows act={act} device={device} follows={follows} />
        {force && !isForgotten && (
          <Note tone="blocker" title={t('leave.force.title')}>
            <p>
              <Text id="leave.force.why" />
            </p>
          </Note>
        )}
        {asksWord && (
          <TextField label={t('leave.type', { word })} value={typed} onChange={setTyped} maxLength={20} />
        )}
        {begin.problem !== null && <ProblemInline problem={begin.problem} />}
      </div>
    </Dialog>
  );
}

/** Whether the device can give its word, or is detached without it (A49). */
function HowIsIt({ force, onChange }: { force: boolean; onChange: (force: boolean) => void }) {
  return (
    <fieldset className={css.choice}>
      <legend>
        <Text id="leave.how" />
      </legend>
      <Button big pressed={!force} onPress={() => onChange(false)}>
        <Text id="leave.how.answers" />
      </Button>
      <Button big pressed={force} onPress={() => onChange(true)}>
        <Text id="leave.how.lost" />
      </Button>
    </fieldset>
  );
}
