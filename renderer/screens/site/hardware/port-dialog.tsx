import { useState } from 'react';
import { useAct } from '../../../app/host.tsx';
import { Text, useText } from '../../../i18n/text.tsx';
import { Button } from '../../../parts/button.tsx';
import { Dialog } from '../../../parts/dialog.tsx';
import { TextField } from '../../../parts/fields.tsx';
import { ProblemInline } from '../../../parts/problem.tsx';

/** Names a serial port that is in no list, such as one behind an adapter. */
export function PortDialog({ onClose }: { onClose: () => void }) {
  const t = useText();
  const [path, setPath] = useState('');
  const add = useAct((client, wanted: string) => client.discovery.addPort({ path: wanted }).then(() => true));
  const submit = async () => {
    if (path.trim() !== '' && (await add.run(path.trim()))) onClose();
  };
  return (
    <Dialog
      title={t('port.title')}
      onClose={onClose}
      footer={
        <>
          <Button big onPress={onClose}>
            <Text id="dialog.cancel" />
          </Button>
          <Button
            big
            kind="key"
            busy={add.busy ? t('port.adding') : undefined}
            notYet={path.trim() === '' ? t('port.path_missing') : undefined}
            onPress={() => void submit()}
          >
            <Text id="port.add" />
          </Button>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <TextField
          label={t('port.path')}
          value={path}
          onChange={setPath}
          hint={<Text id="port.hint" />}
          maxLength={255}
          autoFocus
        />
      </form>
      {add.problem !== null && <ProblemInline problem={add.problem} />}
    </Dialog>
  );
}
