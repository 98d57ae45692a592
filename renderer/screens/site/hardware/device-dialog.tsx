import { useState } from 'react';
import type {
  Device,
  DeviceKind,
  DeviceModel,
  FoundDevice,
  Radio,
  Site,
} from '../../../../electron/contract/model.ts';
import { useAct } from '../../../app/host.tsx';
import { Text, useText } from '../../../i18n/text.tsx';
import { Button } from '../../../parts/button.tsx';
import { CodeField } from '../../../parts/code-field.tsx';
import { normaliseAddress } from '../../../parts/codes.ts';
import { Dialog } from '../../../parts/dialog.tsx';
import { Drawing } from '../../../parts/drawing.tsx';
import { Select, TextField } from '../../../parts/fields.tsx';
import { lockModels, modelText } from '../../../parts/models.ts';
import { ProblemInline } from '../../../parts/problem.tsx';
import { drawingOf } from '../../../parts/states.ts';
import css from './device-dialog.module.css';
import { possibleParents } from './tree.ts';

/** What the dialog begins with: something new, or a device of the plan. */
export interface DeviceDraft {
  readonly kind: DeviceKind;
  readonly device?: Device;
  readonly parentId?: string;
  /** A found device that the new place is bound to. */
  readonly found?: FoundDevice;
}

const modelsOf: Record<DeviceKind, readonly DeviceModel[]> = {
  iq: ['IQ2', 'IQ3', 'IQ3 Mini'],
  repeater: ['repeater'],
  lock: lockModels,
};
const UNKNOWN = 'unknown';

interface Entered {
  name: string;
  parentId: string | null;
  model: DeviceModel | null;
  radio: Radio | null;
  mac: string;
  activationCode: string;
  door: string;
  floor: string;
  notes: string;
}

function startOf({ kind, device, parentId, found }: DeviceDraft): Entered {
  return {
    name: device?.name ?? '',
    parentId: device?.parentId ?? parentId ?? null,
    model:
      device?.model ??
      modelsOf[kind].find((each) => each === found?.model) ??
      (kind === 'repeater' ? 'repeater' : null),
    radio: device?.radio ?? (kind === 'lock' ? 'blue_net' : null),
    mac: device?.mac ?? found?.mac ?? '',
    activationCode: '',
    door: device?.door ?? '',
    floor: device?.floor ?? '',
    notes: device?.notes ?? '',
  };
}

/** Plans a device by hand, or puts right what is planned. */
export function DeviceDialog({
  site,
  draft,
  onClose,
  onSaved,
}: {
  site: Site;
  draft: DeviceDraft;
  onClose: () => void;
  onSaved: (deviceId: string) => void;
}) {
  const t = useText();
  const [entered, setEntered] = useState(() => startOf(draft));
  const { kind, device, found } = draft;
  const save = useAct(async (client, input: Entered) => {
    const edit = editOf(kind, input, device);
    if (device !== undefined) {
      await client.devices.update({ deviceId: device.id, edit });
      return device.id;
    }
    const { deviceId } = await client.devices.add({ siteId: site.id, kind, parentId: input.parentId, edit });
    if (found !== undefined) await client.devices.bindFound({ deviceId, foundId: found.id });
    return deviceId;
  });
  const put =
    <Key extends keyof Entered>(key: Key) =>
    (value: Entered[Key]) =>
      setEntered({ ...entered, [key]: value });
  const addressWrong = entered.mac.trim() !== '' && normaliseAddress(entered.mac) === null;
  const notYet =
    entered.name.trim() === ''
      ? t('device.name_missing')
      : addressWrong
        ? t('device.address_wrong')
        : undefined;
  const submit = async () => {
    if (notYet !== undefined) return;
    const deviceId = await save.run(entered);
    if (deviceId !== undefined) onSaved(deviceId);
  };
  const isBlueNetLock = kind === 'lock' && entered.radio === 'blue_net';
  return (
    <Dialog
      wide
      title={device === undefined ? t(`device.new.${kind}`) : t('device.edit.title', { name: device.name })}
      picture={<Drawing name={drawingOf({ kind, model: entered.model, mac: 'planned' })} size={56} />}
      onClose={onClose}
      footer={
        <>
          <Button big onPress={onClose}>
            <Text id="dialog.cancel" />
          </Button>
          <Button
            big
            kind="key"
            busy={save.busy ? t('dialog.saving') : undefined}
            notYet={notYet}
            onPress={() => void submit()}
          >
            <Text id={device === undefined ? `device.add.${kind}` : 'dialog.save'} />
          </Button>
        </>
      }
    >
      <form
        className={css.form}
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <div className={css.whole}>
          <TextField
            label={t(kind === 'lock' ? 'field.door_name' : 'field.device_name')}
            value={entered.name}
            onChange={put('name')}
            maxLength={100}
            autoFocus
          />
        </div>
        {kind !== 'iq' && (
          <Select
            label={t('field.parent')}
            value={entered.parentId}
            choices={possibleParents(site.devices, device).map((each) => ({ id: each.id, label: each.name }))}
            onChange={put('parentId')}
          />
        )}
        {kind !== 'repeater' && (
          <Select
            label={t('field.model')}
            value={entered.model ?? UNKNOWN}
            choices={[
              { id: UNKNOWN, label: t('field.not_known_yet') },
              ...modelsOf[kind].map((id) => ({ id, label: modelText(t, id) })),
            ]}
            onChange={(id) => put('model')(modelsOf[kind].find((each) => each === id) ?? null)}
          />
        )}
        {kind === 'lock' && (
          <Select
            label={t('field.radio')}
            value={entered.radio}
            choices={[
              { id: 'blue_net', label: t('radio.blue_net') },
              { id: 'rf_net', label: t('radio.rf_net') },
            ]}
            onChange={(id) => put('radio')(id === 'rf_net' ? 'rf_net' : 'blue_net')}
          />
        )}
        <CodeField
          kind={isBlueNetLock ? 'lock_id' : 'mac'}
          label={t(isBlueNetLock ? 'field.lock_id' : 'field.mac')}
          value={entered.mac}
          onChange={put('mac')}
          placeholder={t(isBlueNetLock ? 'field.lock_id.form' : 'field.mac.form')}
        />
        {!isBlueNetLock && (
          <CodeField
            kind="activation_code"
            label={t('field.activation_code')}
            value={entered.activationCode}
            onChange={put('activationCode')}
            secret
            placeholder={
              device?.hasActivationCode ? t('field.activation_code.kept') : t('field.activation_code.form')
            }
          />
        )}
        {kind === 'lock' && (
          <>
            <TextField label={t('field.door')} value={entered.door} onChange={put('door')} maxLength={100} />
            <TextField
              label={t('field.floor')}
              value={entered.floor}
              onChange={put('floor')}
              maxLength={20}
            />
          </>
        )}
        <div className={css.whole}>
          <TextField
            label={t('field.notes')}
            value={entered.notes}
            onChange={put('notes')}
            maxLength={2000}
            lines={2}
          />
        </div>
        <button type="submit" className="hidden-visually" tabIndex={-1} aria-hidden="true" />
      </form>
      {save.problem !== null && <ProblemInline problem={save.problem} />}
    </Dialog>
  );
}

/** What is sent: a code that was not typed is left out, so that the stored one stays. */
function editOf(kind: DeviceKind, entered: Entered, device: Device | undefined) {
  return {
    name: entered.name.trim(),
    model: entered.model,
    radio: entered.radio,
    mac: entered.mac.trim() === '' ? null : normaliseAddress(entered.mac),
    notes: entered.notes,
    ...(entered.activationCode.trim() === '' ? {} : { activationCode: entered.activationCode.trim() }),
    ...(kind === 'lock' ? { door: entered.door, floor: entered.floor } : {}),
    ...(device !== undefined && device.parentId !== entered.parentId ? { parentId: entered.parentId } : {}),
  };
}
