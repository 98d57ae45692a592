import type { ReactNode } from 'react';
import css from './icon.module.css';

const shapes = {
  arrow: (
    <>
      <path d="M3 10h13.5M11.5 5l5 5-5 5" />
    </>
  ),
  blink: (
    <>
      <circle cx="10" cy="10" r="3" />
      <path d="M10 1.5v2.5M10 16v2.5M1.5 10H4M16 10h2.5M4 4l1.7 1.7M14.3 14.3 16 16M16 4l-1.7 1.7M5.7 14.3 4 16" />
    </>
  ),
  bluetooth: (
    <>
      <path d="m5 6 10 8-5 4V2l5 4-10 8" />
    </>
  ),
  check: (
    <>
      <path d="m3.5 10.5 4.5 4.5 8.5-10" />
    </>
  ),
  clock: (
    <>
      <circle cx="10" cy="10" r="7.5" />
      <path d="M10 5.5V10l3 2.5" />
    </>
  ),
  cloud: (
    <>
      <path d="M5.5 15.5a3.7 3.7 0 0 1-.4-7.4A5 5 0 0 1 14.7 8a3.8 3.8 0 0 1 .3 7.5Z" />
    </>
  ),
  cloud_off: (
    <>
      <path d="M5.5 15.5a3.7 3.7 0 0 1-.4-7.4c.2-.6.5-1.2.9-1.6M9 4.9a5 5 0 0 1 5.7 3.1 3.8 3.8 0 0 1 2 6.7M2.5 2.5l15 15M5.5 15.5h8" />
    </>
  ),
  doc: (
    <>
      <path d="M4.5 2.5h7l4 4v11h-11ZM11.5 2.5v4h4M7.5 10.5h5M7.5 13.5h5" />
    </>
  ),
  down: (
    <>
      <path d="m4 7.5 6 6 6-6" />
    </>
  ),
  edit: (
    <>
      <path d="m3.5 16.5.7-3.6L13.5 3.5l3 3-9.4 9.3Z" />
    </>
  ),
  ethernet: (
    <>
      <path d="M3 4h14v12H3ZM7 16v-4h6v4M6.5 7v1.5M9 7v1.5M11 7v1.5M13.5 7v1.5" />
    </>
  ),
  eye: (
    <>
      <path d="M1.5 10S4.5 4.5 10 4.5 18.5 10 18.5 10 15.5 15.5 10 15.5 1.5 10 1.5 10Z" />
      <circle cx="10" cy="10" r="2.5" />
    </>
  ),
  eye_off: (
    <>
      <path d="M3 3l14 14M8.2 4.7c.6-.1 1.2-.2 1.800-.2 5.500 0 8.500 5.500 8.500 5.500a14 14 0 0 1-2.200 2.900M13.400 14.700c-1 .5-2.100.8-3.400.8C4.500 15.500 1.500 10 1.500 10a14 14 0 0 1 4-4.300" />
    </>
  ),
  globe: (
    <>
      <circle cx="10" cy="10" r="7.5" />
      <path d="M2.5 10h15M10 2.5c-5 4-5 11 0 15M10 2.5c5 4 5 11 0 15" />
    </>
  ),
  grip: (
    <>
      <path d="M7.5 5h.01M12.5 5h.01M7.5 10h.01M12.5 10h.01M7.5 15h.01M12.5 15h.01" strokeWidth="2.5" />
    </>
  ),
  hub: (
    <>
      <rect x="3.5" y="3.5" width="13" height="13" rx="2" />
      <circle cx="10" cy="8" r="1.7" />
      <path d="M7 13h6" />
    </>
  ),
  import: (
    <>
      <path d="M10 2.5V12M6.5 8.5 10 12l3.5-3.5M3 11.5V17h14v-5.5" />
    </>
  ),
  laptop: (
    <>
      <path d="M4 4h12v9H4ZM1.5 16h17" />
    </>
  ),
  left: (
    <>
      <path d="m12.5 4-6 6 6 6" />
    </>
  ),
  locks: (
    <>
      <path d="M6.5 2.5h5v15h-5ZM9 9h7.5M9 6h.01" />
    </>
  ),
  mail: (
    <>
      <path d="M2.5 4.5h15v11h-15ZM3 5.5l7 5.5 7-5.5" />
    </>
  ),
  minus: (
    <>
      <path d="M4 10h12" />
    </>
  ),
  mobile: (
    <>
      <path d="M3 17v-3M7 17v-6M11 17V8M15 17V4" strokeWidth="2.25" />
    </>
  ),
  more: (
    <>
      <path d="M4 10h.01M10 10h.01M16 10h.01" strokeWidth="3" />
    </>
  ),
  outbox: (
    <>
      <path d="M10 12V2.5M6.5 6 10 2.5 13.5 6M3 11v6h14v-6" />
    </>
  ),
  plus: (
    <>
      <path d="M10 3.5v13M3.5 10h13" />
    </>
  ),
  practice: (
    <>
      <path d="M3 3.500h14v9H3ZM10 12.500v4M6 17h8M6.500 8l2 2 5-4" />
    </>
  ),
  release: (
    <>
      <path d="M5 17V3h10v14M2.5 17h15M12 10h.01" />
    </>
  ),
  resend: (
    <>
      <path d="M16.5 10a6.5 6.5 0 1 1-2-4.7M16.8 2.5v3.8H13" />
    </>
  ),
  right: (
    <>
      <path d="m7.5 4 6 6-6 6" />
    </>
  ),
  router: (
    <>
      <path d="M2.5 11h15v5.5h-15ZM6 13.7h.01M9 13.7h.01M14 11V4M11.5 6.5c.5-2.8 4.5-2.8 5 0" />
    </>
  ),
  search: (
    <>
      <circle cx="8.5" cy="8.5" r="5.5" />
      <path d="m12.7 12.7 4.8 4.8" />
    </>
  ),
  settings: (
    <>
      <path d="M3 5.5h7M14 5.5h3M3 14.5h3M10 14.5h7" />
      <circle cx="12" cy="5.5" r="2" />
      <circle cx="8" cy="14.5" r="2" />
    </>
  ),
  shield: (
    <>
      <path d="M10 2.5 16.5 5v5c0 4-3 6.5-6.5 7.5-3.5-1-6.5-3.5-6.5-7.5V5Z" />
    </>
  ),
  sites: (
    <>
      <path d="M3 17V7l5-3v13M8 17V9h9v8M2 17h16M11 12h.01M14 12h.01M11 15h.01M14 15h.01M5.5 8.5h.01M5.5 11.5h.01" />
    </>
  ),
  sort: (
    <>
      <path d="M6 3.5v13M2.5 13 6 16.5 9.5 13M12 5h6M12 10h4.5M12 15h3" />
    </>
  ),
  theme: (
    <>
      <circle cx="10" cy="10" r="7" />
      <path d="M10 3v14a7 7 0 0 0 0-14Z" fill="currentColor" />
    </>
  ),
  trash: (
    <>
      <path d="M3.500 5.500h13M8 5.500V3h4v2.500M5.500 5.500l.7 11.500h7.600l.7-11.500M8.500 9v5M11.500 9v5" />
    </>
  ),
  tree: (
    <>
      <path d="M4 3v11.5h5M4 8h5M12 6h5v4h-5ZM12 12.5h5v4h-5Z" />
    </>
  ),
  up: (
    <>
      <path d="m4 12.5 6-6 6 6" />
    </>
  ),
  usb: (
    <>
      <path d="M10 17.5V3M7.5 5.5 10 2.5l2.5 3M10 13 5.5 11V8.5M10 11l4.5-2V6.5" />
      <circle cx="5.5" cy="7.5" r="1" />
      <path d="M13.5 4.5h2v2h-2z" />
    </>
  ),
  voucher: (
    <>
      <path d="M2.5 5.5h15v3a1.5 1.5 0 0 0 0 3v3h-15v-3a1.5 1.5 0 0 0 0-3ZM12 6v1.5M12 9.5v1.5M12 13v1" />
    </>
  ),
  wifi: (
    <>
      <path d="M2 8c4.8-4.5 11.2-4.5 16 0M5 11.5c3-2.8 7-2.8 10 0M8 14.7c1.2-1.1 2.8-1.1 4 0M10 17h.01" />
    </>
  ),
  x: (
    <>
      <path d="m4.5 4.5 11 11M15.5 4.5l-11 11" />
    </>
  ),
} as const satisfies Record<string, ReactNode>;

export type IconName = keyof typeof shapes;

/** A line drawing in the colour of the text around it. Never alone: a word or an accessible name stands beside it. */
export function Icon({ name, size = 20 }: { name: IconName; size?: 16 | 18 | 20 | 24 }) {
  return (
    <svg className={css.icon} width={size} height={size} viewBox="0 0 20 20" aria-hidden="true">
      {shapes[name]}
    </svg>
  );
}
