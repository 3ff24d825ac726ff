/** The signs of the page, drawn on a 16-px grid with the colour of the text around them. Words go beside, not inside. */
const PATHS = {
  home: 'M2.5 7.5 8 2.5l5.5 5M4 6.5V13h8V6.5M6.8 13V9.5h2.4V13',
  tasks: 'M2.5 4l1.2 1.2L6 3M2.5 9.5l1.2 1.2L6 8.5M8 4.5h5.5M8 10h5.5M2.8 14h.5M8 14h5.5',
  process: 'M2 6h3.5v4H2zM10.5 6H14v4h-3.5zM5.5 8h5M8.8 6.3 10.5 8 8.8 9.7',
  mining: 'M4 4.2a1.7 1.7 0 1 0 0-.1M12 8.2a1.7 1.7 0 1 0 0-.1M4 12.2a1.7 1.7 0 1 0 0-.1M5.6 4.8l4 2.4M5.6 11.4l4-2.3',
  admin: 'M2.5 4.500h6M12 4.500h1.500M10.200 2.700v3.600M2.500 11.500H4M7.500 11.500h6M5.800 9.700v3.600',
  search: 'M7 11.500a4.500 4.500 0 1 0 0-9 4.500 4.500 0 0 0 0 9zM10.300 10.300 14 14',
  sun: 'M8 10.800a2.800 2.800 0 1 0 0-5.600 2.800 2.800 0 0 0 0 5.600zM8 1.500v1.300M8 13.200v1.300M1.500 8h1.300M13.200 8h1.300M3.400 3.400l.9.9M11.700 11.700l.9.9M12.600 3.400l-.9.9M4.300 11.700l-.9.9',
  moon: 'M13 9.800A5.600 5.600 0 0 1 6.200 3a5.500 5.500 0 1 0 6.800 6.800z',
  system: 'M2 3h12v8H2zM6 14h4M8 11v3',
  language: 'M2 3.500h7M5.500 2v1.500M8 3.500C7.200 6.500 5 8.500 2.500 9.500M3.500 5.500c1 2 2.700 3.300 4.500 4M8 14l3-7.500L14 14M9 11.800h4',
  close: 'M4 4l8 8M12 4l-8 8',
  check: 'M3 8.500 6.500 12 13 4.500',
  waiting: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 4.800V8l2.200 1.600',
  running: 'M5 3.500v9l7.500-4.500z',
  done: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM5.200 8.200l2 2 3.600-4',
  incident: 'M8 2 14.500 13.500h-13zM8 6.300v3.400M8 11.400v.4',
  cancelled: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM4 12 12 4',
  info: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 7.300v3.700M8 4.800v.4',
  warning: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 4.800v4M8 10.700v.4',
  chevronDown: 'M4 6l4 4 4-4',
  chevronRight: 'M6 4l4 4-4 4',
  chevronLeft: 'M10 4 6 8l4 4',
  more: 'M3.500 8h.01M8 8h.01M12.500 8h.01',
  menu: 'M2.500 4h11M2.500 8h11M2.500 12h11',
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  fit: 'M2.500 6V2.500H6M10 2.500h3.500V6M13.500 10v3.500H10M6 13.500H2.500V10',
  copy: 'M5.500 5.500h8v8h-8zM10.500 5.500v-3h-8v8h3',
  lock: 'M4 7.500h8V13H4zM5.500 7.500V5.500a2.500 2.500 0 0 1 5 0v2',
  link: 'M6.500 9.500 9.500 6.500M7 4.500l1.300-1.300a2.700 2.700 0 0 1 3.900 3.900L10.800 8.500M9 11.500l-1.300 1.300a2.700 2.700 0 0 1-3.900-3.900L5.200 7.500',
  pause: 'M5.500 3.500v9M10.500 3.500v9',
  live: 'M8 9.200a1.200 1.200 0 1 0 0-2.400 1.200 1.200 0 0 0 0 2.400zM4.800 11.200a4.500 4.500 0 0 1 0-6.400M11.200 4.800a4.500 4.500 0 0 1 0 6.400M2.700 13.300a7.500 7.500 0 0 1 0-10.600M13.300 2.700a7.500 7.500 0 0 1 0 10.600',
  keyboard: 'M1.500 4h13v8h-13zM4 6.500h.01M6.500 6.500h.01M9 6.500h.01M11.500 6.500h.01M5 9.500h6',
  table: 'M2 3h12v10H2zM2 6.500h12M2 9.800h12M6.500 3v10',
  chart: 'M2.500 2.500v11h11M5.500 11V8M8.500 11V4.500M11.500 11V6.500',
  list: 'M5.500 4H14M5.500 8H14M5.500 12H14M2.500 4h.01M2.500 8h.01M2.500 12h.01',
  download: 'M8 2.500v7.500M5 7.200l3 3 3-3M2.500 13.500h11',
  upload: 'M8 10.500V3M5 5.800l3-3 3 3M2.500 13.500h11',
  edit: 'M3 13l.7-3L11 2.700l2.300 2.300L6 12.300zM9.500 4.200l2.300 2.300',
  trash: 'M3 4.500h10M6 4.500v-2h4v2M4.500 4.500l.6 9h5.800l.6-9M6.800 7v4M9.200 7v4',
  key: 'M5.500 13a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5zM7.300 8.700 13 3M10.500 5.500l2 2',
  user: 'M8 8a2.600 2.600 0 1 0 0-5.200A2.600 2.600 0 0 0 8 8zM3 13.500c.3-2.600 2.200-4 5-4s4.700 1.400 5 4',
  external: 'M6.500 3.500h-4v10h10v-4M9.500 2.500h4v4M13.500 2.500 7.500 8.500',
  refresh: 'M13 8a5 5 0 1 1-1.500-3.500L13 6M13 2.500V6H9.500',
  priority: 'M4 8.500 8 4.500l4 4M4 12.500l4-4 4 4',
  swap: 'M3 5.500h10M10.500 3 13 5.500 10.500 8M13 10.500H3M5.500 8 3 10.500 5.500 13',
  filter: 'M2.500 3h11L9.500 8v5l-3-1.500V8z',
  draft: 'M4 2h5.500L12.500 5v9H4zM9.500 2v3h3',
} as const

export type IconName = keyof typeof PATHS

interface IconProps {
  name: IconName
  size?: number
  /** Only when no word stands beside it. */
  label?: string
}

export function Icon({ name, size = 16, label }: IconProps) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === 'more' ? 2.4 : 1.4}
      strokeLinecap="round"
      strokeLinejoin="round"
      style={{ flex: 'none' }}
      role={label === undefined ? undefined : 'img'}
      aria-label={label}
      aria-hidden={label === undefined ? true : undefined}
    >
      <path d={PATHS[name]} />
    </svg>
  )
}
