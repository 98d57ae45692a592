import { useState } from 'react';
import type { FoundPort } from '../../../electron/contract/model.ts';
import { useAct, useDiscovery } from '../../app/host.tsx';
import { Text, useText } from '../../i18n/text.tsx';
import { Button } from '../../parts/button.tsx';
import layout from '../../parts/layout.module.css';
import { ProblemInline, ProblemNote } from '../../parts/problem.tsx';
import { PortDialog } from '../site/hardware/port-dialog.tsx';
import css from './settings.module.css';

/** The ways to devices: ports that were added, and how Bluetooth is. */
export function Ways() {
  const { value: discovery } = useDiscovery();
  const [adding, setAdding] = useState(false);
  const added = discovery?.ports.filter((each) => each.addedByPath) ?? [];
  const radio = discovery?.bluetoothProblem ?? null;
  return (
    <>
      <section className={css.setting}>
        <h2>
          <Text id="settings.ports" />
        </h2>
        <div>
          {added.length === 0 ? (
            <p className="quiet">
              <Text id="settings.ports.none" />
            </p>
          ) : (
            <ul className={css.ports}>
              {added.map((port) => (
                <Port key={port.path} port={port} />
              ))}
            </ul>
          )}
          <div className={layout.acts}>
            <Button onPress={() => setAdding(true)}>
              <Text id="found.add_port" />
            </Button>
          </div>
          <p className={`quiet small ${css.note}`}>
            <Text id="settings.ports.what" />
          </p>
        </div>
      </section>
      <section className={css.setting}>
        <h2>
          <Text id="settings.bluetooth" />
        </h2>
        {radio === null ? (
          <p>
            <Text
              id={discovery?.bluetooth === 'on' ? 'settings.bluetooth.on' : 'settings.bluetooth.starting'}
            />
          </p>
        ) : (
          <ProblemNote problem={radio} tone="offline" />
        )}
      </section>
      {adding && <PortDialog onClose={() => setAdding(false)} />}
    </>
  );
}

function Port({ port }: { port: FoundPort }) {
  const t = useText();
  const { value: discovery } = useDiscovery();
  const remove = useAct((client) => client.discovery.removePort({ path: port.path }));
  const find = discovery?.devices.find(({ ways }) => ways.some(({ place }) => place === port.path));
  const problem = find?.ways.find(({ place }) => place === port.path)?.problem ?? null;
  return (
    <li className={css.port}>
      <span className={layout.two}>
        <b>{port.path}</b>
        <small>{find?.mac ?? port.name ?? t('settings.ports.nobody')}</small>
      </span>
      <Button
        label={t('settings.ports.remove', { path: port.path })}
        busy={remove.busy ? t('found.removing') : undefined}
        onPress={() => void remove.run()}
      >
        <Text id="found.remove_port" />
      </Button>
      {problem !== null && (
        <div className={css.portProblem}>
          <ProblemNote problem={problem} tone="attention" alert={false} />
        </div>
      )}
      {remove.problem !== null && (
        <div className={css.portProblem}>
          <ProblemInline problem={remove.problem} />
        </div>
      )}
    </li>
  );
}
