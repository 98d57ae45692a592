import { useMemo, useState } from 'react';
import type { Device, FoundDevice, Site } from '../../../../electron/contract/model.ts';
import { useAct, useDiscovery, useWork } from '../../../app/host.tsx';
import { go, sitePath } from '../../../app/route.ts';
import { Text, useText } from '../../../i18n/text.tsx';
import { Button, IconButton } from '../../../parts/button.tsx';
import { Code } from '../../../parts/code.tsx';
import { cx } from '../../../parts/cx.ts';
import layout from '../../../parts/layout.module.css';
import { Menu, type MenuEntry } from '../../../parts/menu.tsx';
import { Rows, type RowsHandle, useRowHeight } from '../../../parts/rows.tsx';
import { DeviceSheet } from '../device/device-sheet.tsx';
import { useLeaving } from '../leaving/use-leaving.tsx';
import { AttachFoot } from './attach-foot.tsx';
import type { DeviceDraft } from './device-dialog.tsx';
import css from './hardware.module.css';
import { PortDialog } from './port-dialog.tsx';
import { RemoveDevice } from './remove-device.tsx';
import { RulesDialog } from './rules-dialog.tsx';
import { freePlaces, isPaired, type TreeRow, treeRows } from './tree.ts';
import { TreeCells } from './tree-cells.tsx';

const BLINK_SECONDS = 10;

/** The tree of hubs, repeaters and locks as it is planned, with what became of each. */
export function TreePane({
  site,
  handle,
  selected,
  onSelect,
  binding,
  onBind,
  onStopBinding,
  onDraft,
  onPair,
  onFirmware,
}: {
  site: Site;
  handle: { current: RowsHandle | null };
  selected: string | null;
  onSelect: (deviceId: string) => void;
  binding: FoundDevice | null;
  onBind: (device: Device, foundId: string) => void;
  onStopBinding: () => void;
  onDraft: (draft: DeviceDraft) => void;
  onPair: (device: Device, found: FoundDevice) => void;
  onFirmware: () => void;
}) {
  const t = useText();
  const { value: work } = useWork();
  const { value: discovery } = useDiscovery();
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const [rules, setRules] = useState(false);
  const [port, setPort] = useState(false);
  const [removing, setRemoving] = useState<Device | null>(null);
  const [sheet, setSheet] = useState<string | null>(null);
  const rows = useMemo(() => treeRows(site.devices, folded), [site.devices, folded]);
  const rowHeight = useRowHeight('--row-tree');
  const leaving = useLeaving(site);
  const identify = useAct((client, foundId: string) =>
    client.discovery.identify({ foundId, seconds: BLINK_SECONDS }),
  );
  const places = new Set(
    binding === null ? [] : freePlaces(site.devices, binding.kind).map((each) => each.id),
  );
  const findings = site.findings.filter((finding) => finding.step === 'hardware');
  const count = (kind: Device['kind']) => site.devices.filter((each) => each.kind === kind).length;
  const foundOf = (device: Device) =>
    discovery?.devices.find(
      (each) => each.planned?.deviceId === device.id || (device.mac !== null && each.mac === device.mac),
    );

  const fold = (device: Device, on: boolean) => {
    const next = new Set(folded);
    if (on) next.add(device.id);
    else next.delete(device.id);
    setFolded(next);
  };

  const onKey = (key: string, row: TreeRow): boolean => {
    if (key === 'ArrowRight' && row.hasChildren) {
      fold(row.device, false);
      return true;
    }
    if (key === 'ArrowLeft') {
      if (row.hasChildren && !row.folded) fold(row.device, true);
      else if (row.device.parentId !== null) handle.current?.focus(row.device.parentId);
      return true;
    }
    if (key === 'Enter' && !places.has(row.device.id)) {
      onDraft({ kind: row.device.kind, device: row.device });
      return true;
    }
    if (key === 'Delete') {
      setRemoving(row.device);
      return true;
    }
    return false;
  };

  const entriesFor = (device: Device): MenuEntry[] => {
    const found = foundOf(device);
    const act = (id: string, label: string, onAction: () => void, notYet?: string): MenuEntry => ({
      id,
      label,
      onAction,
      notYet,
    });
    return [
      act('edit', t('device.edit'), () => onDraft({ kind: device.kind, device })),
      act('sheet', t('device.sheet'), () => setSheet(device.id)),
      ...(device.kind === 'iq' && !isPaired(device)
        ? [
            act(
              'pair',
              t('device.pair'),
              () => found && onPair(device, found),
              found ? undefined : t('device.not_heard'),
            ),
          ]
        : []),
      ...(device.kind === 'iq' && isPaired(device)
        ? [act('network', t('device.network'), () => go(sitePath(site.id, 'network', device.id)))]
        : []),
      ...(device.kind === 'lock'
        ? [act('door', t('device.door'), () => go(sitePath(site.id, 'doors', device.id)))]
        : []),
      act(
        'blink',
        t('device.blink'),
        () => found && void identify.run(found.id),
        found ? undefined : t('device.not_heard'),
      ),
      ...(device.kind === 'lock'
        ? []
        : [
            act('add_repeater', t('device.add_repeater_below'), () =>
              onDraft({ kind: 'repeater', parentId: device.id }),
            ),
            act('add_lock', t('device.add_lock_below'), () => onDraft({ kind: 'lock', parentId: device.id })),
          ]),
      ...leaving.entriesOf(device),
      { id: 'remove', label: t('device.remove'), destructive: true, onAction: () => setRemoving(device) },
    ];
  };

  return (
    <section className={layout.pane} aria-label={t('tree.name')}>
      <div className={layout.head}>
        <h2>
          <Text id="tree.title" />
        </h2>
        {binding === null ? (
          <>
            <span className="quiet nowrap cut wide">
              <Text
                id="tree.counts"
                values={{ hubs: count('iq'), repeaters: count('repeater'), doors: count('lock') }}
              />
            </span>
            <span className="grow" />
            <Button
              icon="shield"
              onPress={() => setRules(true)}
              label={t('rules.button', { count: findings.length })}
            >
              {findings.length === 0 ? (
                <Text id="rules.title" />
              ) : (
                <Text id="rules.count" values={{ count: findings.length }} />
              )}
            </Button>
            <FirmwareButton site={site} onPress={onFirmware} />
            <Menu
              label={t('tree.add')}
              trigger={
                <Button icon="plus">
                  <Text id="tree.add" />
                </Button>
              }
              entries={[
                { id: 'iq', label: t('tree.add.iq'), onAction: () => onDraft({ kind: 'iq' }) },
                {
                  id: 'repeater',
                  label: t('tree.add.repeater'),
                  onAction: () => onDraft({ kind: 'repeater', ...below(site, selected) }),
                },
                {
                  id: 'lock',
                  label: t('tree.add.lock'),
                  onAction: () => onDraft({ kind: 'lock', ...below(site, selected) }),
                },
                { id: 'port', label: t('tree.add.port'), onAction: () => setPort(true) },
              ]}
            />
          </>
        ) : (
          <>
            <span className="cut" role="status">
              <Text id="tree.binding" values={{ device: <Code value={binding.mac ?? binding.place} /> }} />
            </span>
            <span className="grow" />
            <Button onPress={onStopBinding}>
              <Text id="dialog.cancel" />
            </Button>
          </>
        )}
      </div>
      {site.devices.length === 0 ? (
        <div className={layout.empty}>
          <h2>
            <Text id="tree.empty" />
          </h2>
          <p>
            <Text id="tree.empty.why" />
          </p>
          <div className={layout.acts}>
            <Button kind="key" icon="plus" onPress={() => onDraft({ kind: 'iq' })}>
              <Text id="tree.add.iq" />
            </Button>
          </div>
        </div>
      ) : (
        <Rows<TreeRow>
          role="tree"
          label={t('tree.name')}
          handle={handle}
          items={rows}
          keyOf={(row) => row.device.id}
          heightOf={() => rowHeight}
          active={selected}
          onActive={onSelect}
          rowProps={(row) => ({
            className: cx(
              css.treeRow,
              row.device.id === selected && layout.selected,
              places.has(row.device.id) && css.target,
            ),
            'aria-level': row.level,
            'aria-setsize': row.brothers,
            'aria-posinset': row.place,
            'aria-selected': row.device.id === selected,
            'aria-expanded': row.hasChildren ? !row.folded : undefined,
            onDragOver: (event) => {
              if (places.has(row.device.id)) event.preventDefault();
            },
            onDrop: (event) => {
              event.preventDefault();
              if (binding !== null && places.has(row.device.id)) onBind(row.device, binding.id);
            },
          })}
          render={(row, reachable) => (
            <TreeCells
              row={row}
              found={foundOf(row.device)}
              working={work?.state === 'running' && work.deviceIds[0] === row.device.id ? work : null}
              binding={places.has(row.device.id) ? binding : null}
              onFold={() => fold(row.device, !row.folded)}
              menu={
                <Menu
                  label={t('device.more', { name: row.device.name })}
                  trigger={
                    <IconButton
                      kind="quiet"
                      icon="more"
                      label={t('device.more', { name: row.device.name })}
                      excludeFromTabOrder={!reachable}
                    />
                  }
                  entries={entriesFor(row.device)}
                />
              }
            />
          )}
          onKey={(event, row) => event.target === event.currentTarget && onKey(event.key, row)}
          onOpen={(row) => {
            onSelect(row.device.id);
            if (binding !== null && places.has(row.device.id)) onBind(row.device, binding.id);
          }}
        />
      )}
      <AttachFoot site={site} work={work ?? null} />
      {rules && <RulesDialog site={site} findings={findings} onClose={() => setRules(false)} />}
      {leaving.dialog}
      {sheet !== null && <DeviceSheet site={site} deviceId={sheet} onClose={() => setSheet(null)} />}
      {port && <PortDialog onClose={() => setPort(false)} />}
      {removing !== null && <RemoveDevice site={site} device={removing} onClose={() => setRemoving(null)} />}
    </section>
  );
}

/** Opens the firmware of the site; says how many devices run an older one than the laptop has. */
function FirmwareButton({ site, onPress }: { site: Site; onPress: () => void }) {
  const t = useText();
  const old = site.findings.filter(({ code }) => code === 'FIRMWARE_OLD').length;
  if (site.devices.length === 0) return null;
  return (
    <Button label={t('firmware.button', { count: old })} onPress={onPress}>
      <Text id="firmware.title" />
      {old > 0 && (
        <span className="wide">
          {' '}
          <Text id="number" values={{ value: old }} />
        </span>
      )}
    </Button>
  );
}

/** Something new hangs below what is selected, if that can carry it; else below the only hub. */
function below(site: Site, selected: string | null): { parentId: string } | Record<never, never> {
  const chosen = site.devices.find((each) => each.id === selected);
  const carrier = chosen?.kind === 'lock' ? site.devices.find((each) => each.id === chosen.parentId) : chosen;
  const parent = carrier ?? site.devices.find((each) => each.kind === 'iq');
  return parent === undefined ? {} : { parentId: parent.id };
}
