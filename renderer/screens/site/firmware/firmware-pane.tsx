import { useState } from 'react';
import type { FirmwareModel, Site, Work } from '../../../../electron/contract/model.ts';
import { useAct, useFirmware, useWork } from '../../../app/host.tsx';
import { Text, useText } from '../../../i18n/text.tsx';
import { Button, IconButton } from '../../../parts/button.tsx';
import layout from '../../../parts/layout.module.css';
import { modelText } from '../../../parts/models.ts';
import { ProblemInline, ProblemNote } from '../../../parts/problem.tsx';
import { nextToAttach } from '../hardware/tree.ts';
import css from './firmware.module.css';
import { FirmwareRowView } from './firmware-row.tsx';
import { canChoose, type FirmwareGroup, firmwareGroups, isChosenAtFirst } from './firmware-rows.ts';
import { ImagePicker } from './image-picker.tsx';
import { ImagesDialog } from './images-dialog.tsx';

/** What each device of a site runs beside the images of this laptop, and the update of all or some of them. */
export function FirmwarePane({ site, onClose }: { site: Site; onClose: () => void }) {
  const t = useText();
  const { value: firmware, problem } = useFirmware();
  const { value: work } = useWork();
  const [picked, setPicked] = useState<ReadonlyMap<FirmwareModel, string>>(new Map());
  const [changed, setChanged] = useState<ReadonlyMap<string, boolean>>(new Map());
  const [images, setImages] = useState(false);
  const groups = firmwareGroups(site.devices, firmware?.images ?? [], picked);
  const rows = groups.flatMap((group) => group.rows);
  const isChosen = (row: (typeof rows)[number]) =>
    canChoose(row) && (changed.get(row.device.id) ?? isChosenAtFirst(row));
  const updates = groups.flatMap(({ image, rows: ofGroup }) =>
    image === null
      ? []
      : ofGroup.filter(isChosen).map(({ device }) => ({ deviceId: device.id, imageId: image.id })),
  );
  return (
    <section className={layout.pane} aria-label={t('firmware.name')}>
      <div className={layout.head}>
        <h2>
          <Text id="firmware.title" />
        </h2>
        <span className="grow" />
        <Button icon="doc" onPress={() => setImages(true)}>
          <Text id="firmware.images" />
        </Button>
        <IconButton kind="quiet" icon="x" label={t('firmware.close')} onPress={onClose} />
      </div>
      <div className={layout.scroll}>
        {problem !== null && <ProblemNote problem={problem} />}
        {firmware?.images.length === 0 && <NoImages onAdd={() => setImages(true)} />}
        {groups.map((group) => (
          <section key={group.model ?? 'unknown'} aria-label={nameOf(t, group)}>
            <h3 className={layout.section}>
              {nameOf(t, group)}
              <span className={layout.count}>
                <Text id="number" values={{ value: group.rows.length }} />
              </span>
              <span className="grow" />
              <ImagePicker
                group={group}
                onPick={(model, imageId) => setPicked(new Map(picked).set(model, imageId))}
              />
            </h3>
            <ul>
              {group.rows.map((row) => (
                <FirmwareRowView
                  key={row.device.id}
                  row={row}
                  image={group.image}
                  siteId={site.id}
                  work={work ?? null}
                  chosen={isChosen(row)}
                  onChoose={(on) => setChanged(new Map(changed).set(row.device.id, on))}
                />
              ))}
            </ul>
          </section>
        ))}
      </div>
      {!isUpdating(work ?? null, site) && (
        <UpdateFoot
          site={site}
          work={work ?? null}
          updates={updates}
          nothing={t(rows.some(canChoose) ? 'firmware.nothing_chosen' : 'firmware.nothing_to_do')}
        />
      )}
      {images && <ImagesDialog site={site} onClose={() => setImages(false)} />}
    </section>
  );
}

function nameOf(t: ReturnType<typeof useText>, { model }: FirmwareGroup): string {
  return model === null ? t('firmware.model_unknown') : modelText(t, model);
}

/** While they are updated there is nothing to choose: rows and panel tell how far it is. */
function isUpdating(work: Work | null, site: Site): boolean {
  return work?.kind === 'update_firmware' && work.siteId === site.id && work.state === 'running';
}

function NoImages({ onAdd }: { onAdd: () => void }) {
  return (
    <div className={css.none}>
      <h3>
        <Text id="firmware.empty" />
      </h3>
      <p>
        <Text id="firmware.empty.why" />
      </p>
      <Button kind="key" icon="plus" onPress={onAdd}>
        <Text id="firmware.add" />
      </Button>
    </div>
  );
}

/** How many are chosen, what the hands will have to do, and the button that begins. */
function UpdateFoot({
  site,
  work,
  updates,
  nothing,
}: {
  site: Site;
  work: Work | null;
  updates: readonly { readonly deviceId: string; readonly imageId: string }[];
  /** What is said where `updates` is empty. */
  nothing: string;
}) {
  const t = useText();
  const update = useAct((client) => client.work.updateFirmware({ siteId: site.id, updates: [...updates] }));
  const running = work?.state === 'running';
  const chosen = new Set(updates.map(({ deviceId }) => deviceId));
  const cards = site.devices.filter(
    ({ id, kind, state }) =>
      chosen.has(id) && kind !== 'iq' && (state === 'attached' || state === 'tested' || state === 'faulty'),
  ).length;
  // One yellow key a screen: what waits to be attached has it.
  const kind = nextToAttach(site.devices) === null ? 'key' : 'strong';
  // What became of the work is told in the rows and in the panel; here only why it did not begin.
  const refusal = update.problem?.code === work?.problem?.code ? null : update.problem;
  return (
    <div className={`${layout.foot} ${css.foot}`}>
      <span className={css.what} role="status">
        {updates.length === 0 ? nothing : <Text id="firmware.hands" values={{ count: cards }} />}
      </span>
      <Button
        big
        kind={running || updates.length === 0 ? 'neutral' : kind}
        notYet={running ? t('attach.wait') : updates.length === 0 ? nothing : undefined}
        busy={update.busy ? t('firmware.running') : undefined}
        onPress={() => void update.run()}
      >
        <Text id="firmware.update" values={{ count: updates.length }} />
      </Button>
      {refusal !== null && (
        <div className={css.refusal}>
          <ProblemInline problem={refusal} />
        </div>
      )}
    </div>
  );
}
