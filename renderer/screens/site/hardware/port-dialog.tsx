import { useState } from 'react';
import { useAct, useDiscovery } from '../../../app/host.tsx';
import { Text, useText } from '../../../i18n/text.tsx';
import { Button } from '../../../parts/button.tsx';
import { Dialog } from '../../../parts/dialog.tsx';
import { TextField } from '../../../parts/fields.tsx';
import { ProblemInline } from '../../../parts/problem.tsx';
import css from './port-dialog.module.css';

/**
 * Picks a serial port that is not spoken to unasked, such as one behind an adapter, or names one that is in no
 * list.
 */
export function PortDialog({ onClose }: { onClose: () => void }) {
  const t = useText();
  const { value: discovery } = useDiscovery();
  const [path, setPath] = useState('');
  const add = useAct((client, wanted: string) => client.discovery.addPort({ path: wanted }).then(() => true));
  const others = (discovery?.ports ?? []).filter((each) => !each.known && !each.addedByPath);
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
        {others.length > 0 && (
          <fieldset className={css.ports}>
            <legend>
              <Text id="port.others" />
            </legend>
            {others.map((each) => (
              <Button key={each.path} pressed={path === each.path} onPress={() => setPath(each.path)}>
                {each.path}
                {each.name !== null && <small className="quiet">{each.name}</small>}
              </Button>
            ))}
          </fieldset>
        )}
        <TextField
          label={t('port.path')}
          value={path}
          onChange={setPath}
          hint={<Text id="port.hint" />}
          maxLength={255}
          autoFocus
        />
        <p className={`quiet small ${css.caution}`}>
          <Text id="port.caution" />
        </p>
      </form>
      {add.problem !== null && <ProblemInline problem={add.problem} />}
    </Dialog>
  );
}
