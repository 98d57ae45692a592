import { useRef, useState } from 'react';
import {
  type FirmwareImage,
  type FirmwareModel,
  firmwareModelOf,
  firmwareModels,
  type Site,
} from '../../../../electron/contract/model.ts';
import { useAct, useFirmware } from '../../../app/host.tsx';
import { Text, useText } from '../../../i18n/text.tsx';
import { Button, IconButton } from '../../../parts/button.tsx';
import { Dialog } from '../../../parts/dialog.tsx';
import { Select } from '../../../parts/fields.tsx';
import { modelText } from '../../../parts/models.ts';
import { ProblemInline } from '../../../parts/problem.tsx';
import { Ago } from '../../../parts/time.tsx';
import { base64OfFile } from '../../import/files.ts';
import css from './firmware.module.css';

/** An image may have this many bytes, as the contract bounds its base64. */
const MAX_IMAGE_BYTES = 10 * 1024 * 1024;

/** The images of this laptop, and a file that becomes one more. */
export function ImagesDialog({ site, onClose }: { site: Site; onClose: () => void }) {
  const t = useText();
  const { value: firmware } = useFirmware();
  const remove = useAct((client, imageId: string) => client.firmware.remove({ imageId }));
  const images = firmware?.images ?? [];
  return (
    <Dialog
      wide
      title={t('firmware.images.title')}
      lead={<Text id="firmware.images.lead" />}
      onClose={onClose}
      footer={
        <Button big onPress={onClose}>
          <Text id="dialog.close" />
        </Button>
      }
    >
      <AddImage site={site} />
      {images.length > 0 && (
        <ul className={css.images} aria-label={t('firmware.images.title')}>
          {images.map((image) => (
            <ImageRow key={image.id} image={image} onRemove={() => void remove.run(image.id)} />
          ))}
        </ul>
      )}
      {remove.problem !== null && <ProblemInline problem={remove.problem} />}
    </Dialog>
  );
}

function ImageRow({ image, onRemove }: { image: FirmwareImage; onRemove: () => void }) {
  const t = useText();
  const { model, version, fileName, bytes, importedAt } = image;
  return (
    <li className={css.image}>
      <span>
        <b>
          {modelText(t, model)} {version}
        </b>
        <small className="quiet">
          {fileName}, <Text id="firmware.kilobytes" values={{ size: Math.ceil(bytes / 1000) }} />,{' '}
          <Ago at={importedAt} />
        </small>
      </span>
      <IconButton
        kind="quiet"
        icon="trash"
        label={t('firmware.remove', { model: modelText(t, model), version })}
        onPress={onRemove}
      />
    </li>
  );
}

/** The model is the person's to say, for an image does not tell; then the file is checked and kept. */
function AddImage({ site }: { site: Site }) {
  const t = useText();
  const input = useRef<HTMLInputElement>(null);
  const planned = site.devices.flatMap(({ model }) => firmwareModelOf(model) ?? []);
  const [model, setModel] = useState<FirmwareModel>(planned[0] ?? 'IQ3');
  const [tooBig, setTooBig] = useState<string | null>(null);
  const [added, setAdded] = useState<FirmwareImage | null>(null);
  const add = useAct(async (client, file: File) =>
    client.firmware.import({ fileName: file.name.slice(-255), model, content: await base64OfFile(file) }),
  );
  const take = async (file: File | undefined) => {
    if (file === undefined) return;
    setAdded(null);
    setTooBig(file.size > MAX_IMAGE_BYTES ? file.name : null);
    if (file.size <= MAX_IMAGE_BYTES) setAdded((await add.run(file)) ?? null);
  };
  const problem =
    tooBig === null
      ? add.problem
      : ({ code: 'firmware.too_large', params: { file: tooBig, megabytes: 10 } } as const);
  return (
    <div className={css.adding}>
      <div className={css.add}>
        <Select
          label={t('firmware.add.model')}
          value={model}
          choices={firmwareModels.map((id) => ({ id, label: modelText(t, id) }))}
          onChange={(id) => setModel(firmwareModels.find((each) => each === id) ?? model)}
        />
        <input
          ref={input}
          className="hidden-visually"
          type="file"
          accept=".bin,.img,application/octet-stream"
          aria-label={t('firmware.add.file')}
          tabIndex={-1}
          onChange={(event) => {
            void take(event.target.files?.[0]);
            event.target.value = '';
          }}
        />
        <Button
          kind="key"
          icon="import"
          busy={add.busy ? t('firmware.adding') : undefined}
          onPress={() => input.current?.click()}
        >
          <Text id="firmware.add.do" />
        </Button>
      </div>
      {added !== null && problem === null && (
        <p role="status">
          <Text id="firmware.added" values={{ model: modelText(t, added.model), version: added.version }} />
        </p>
      )}
      {problem !== null && <ProblemInline problem={problem} />}
    </div>
  );
}
