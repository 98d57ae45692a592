import type { ReactNode } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { useText } from '../i18n/text.tsx';
import { IconButton } from './button.tsx';
import { cx } from './cx.ts';
import css from './dialog.module.css';

/** What floats over the work: a head, a body and a foot with the buttons. Escape and the cross close it. */
export function Dialog({
  title,
  lead,
  picture,
  wide = false,
  side = false,
  onClose,
  footer,
  children,
}: {
  title: string;
  lead?: ReactNode;
  picture?: ReactNode;
  wide?: boolean;
  /** Stands at the right edge, as high as the window. */
  side?: boolean;
  onClose: () => void;
  footer?: ReactNode;
  children: ReactNode;
}) {
  const t = useText();
  return (
    <ModalOverlay
      className={cx(css.scrim, side && css.aside)}
      isOpen
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Modal className={cx(css.frame, wide && css.wide, side && css.side)}>
        <AriaDialog className={css.dialog ?? ''}>
          <header className={css.header}>
            {picture}
            <div className="grow">
              <Heading slot="title" level={2} className={css.title ?? ''}>
                {title}
              </Heading>
              {lead !== undefined && <p className="quiet">{lead}</p>}
            </div>
            <IconButton kind="quiet" icon="x" label={t('dialog.close')} onPress={onClose} />
          </header>
          <div className={css.body}>{children}</div>
          {footer !== undefined && <footer className={css.footer}>{footer}</footer>}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
