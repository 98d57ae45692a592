import type { FirmwareModel } from '../../../../electron/contract/model.ts';
import { Text, useText } from '../../../i18n/text.tsx';
import { Button } from '../../../parts/button.tsx';
import { Menu } from '../../../parts/menu.tsx';
import { modelText } from '../../../parts/models.ts';
import type { FirmwareGroup } from './firmware-rows.ts';

/** Which image the devices of a model would get: the newest, unless the person picks another. */
export function ImagePicker({
  group: { model, images, image },
  onPick,
}: {
  group: FirmwareGroup;
  onPick: (model: FirmwareModel, imageId: string) => void;
}) {
  const t = useText();
  if (model === null) return null;
  if (image === null) {
    return (
      <small>
        <Text id="firmware.no_image" />
      </small>
    );
  }
  if (images.length === 1) {
    return (
      <small>
        <Text id="firmware.image" values={{ version: image.version }} />
      </small>
    );
  }
  return (
    <Menu
      label={t('firmware.image.pick', { model: modelText(t, model) })}
      trigger={
        <Button
          kind="quiet"
          iconAfter="down"
          label={t('firmware.image.picked', { model: modelText(t, model), version: image.version })}
        >
          <Text id="firmware.image" values={{ version: image.version }} />
        </Button>
      }
      entries={images.map(({ id, version }, at) => ({
        id,
        label: at === 0 ? t('firmware.image.newest', { version }) : version,
        onAction: () => onPick(model, id),
      }))}
    />
  );
}
