import type { FoundDevice } from '../../../../electron/contract/model.ts';
import { go, sitePath } from '../../../app/route.ts';
import { Text, useText } from '../../../i18n/text.tsx';
import { Button } from '../../../parts/button.tsx';
import { Code } from '../../../parts/code.tsx';
import { Dialog } from '../../../parts/dialog.tsx';

/** Why a device that is heard here cannot be used here: another site has planned it. */
export function WhyDialog({ found, onClose }: { found: FoundDevice; onClose: () => void }) {
  const t = useText();
  const { planned } = found;
  if (planned === null) return null;
  return (
    <Dialog
      title={t('why.title')}
      lead={<Code value={found.mac ?? found.place} />}
      onClose={onClose}
      footer={
        <>
          <Button big onPress={onClose}>
            <Text id="dialog.close" />
          </Button>
          <Button big kind="key" onPress={() => go(sitePath(planned.siteId, 'hardware'))}>
            <Text id="why.open" />
          </Button>
        </>
      }
    >
      <p>
        <Text
          id="why.text"
          values={{ device: <b>{planned.deviceName}</b>, site: <b>{planned.siteName}</b> }}
        />
      </p>
    </Dialog>
  );
}
