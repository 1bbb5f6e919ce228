// The few signs that the application draws; all are decoration beside a text.
import type { ReactNode } from 'react';

const Icon = ({ children }: { children: ReactNode }) => (
  <svg className="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
    {children}
  </svg>
);

export const SearchIcon = () => (
  <Icon>
    <circle cx="8.5" cy="8.5" r="5" />
    <path d="m12.5 12.5 4.5 4.5" />
  </Icon>
);
export const ChevronIcon = () => (
  <Icon>
    <path d="m7.5 5 5 5-5 5" />
  </Icon>
);
export const TreeIcon = () => (
  <Icon>
    <path d="M10 6v4M4.5 14v-1.5a2.5 2.5 0 0 1 2.5-2.5h6a2.5 2.5 0 0 1 2.5 2.5V14" />
    <circle cx="10" cy="4.2" r="2" />
    <circle cx="4.5" cy="15.8" r="2" />
    <circle cx="15.5" cy="15.8" r="2" />
  </Icon>
);
export const PeopleIcon = () => (
  <Icon>
    <circle cx="7.5" cy="6.5" r="3" />
    <path d="M2 16.5c.4-3 2.6-5 5.5-5s5.100 2 5.5 5M13 4a2.8 2.8 0 0 1 0 5M15 11.8c1.7.7 2.8 2.400 3 4.7" />
  </Icon>
);
export const ImportIcon = () => (
  <Icon>
    <path d="M10 3v9M6.5 8.5 10 12l3.5-3.5M3.5 14v2.5h13V14" />
  </Icon>
);
export const RunsIcon = () => (
  <Icon>
    <circle cx="10" cy="10" r="7" />
    <path d="M10 6v4.3l3 1.7" />
  </Icon>
);
export const StatusIcon = () => (
  <Icon>
    <path d="M2.5 10.5h3l2-5 4 9.5 2-4.5h4" />
  </Icon>
);
export const YesIcon = () => (
  <Icon>
    <path d="m4.5 10.5 3.5 3.5 7.5-8" />
  </Icon>
);
export const NoIcon = () => (
  <Icon>
    <path d="m5.5 5.5 9 9m0-9-9 9" />
  </Icon>
);
export const PlusIcon = () => (
  <Icon>
    <path d="M10 4v12M4 10h12" />
  </Icon>
);
export const MoreIcon = () => (
  <Icon>
    <path d="M10 4.5v.01M10 10v.01M10 15.5v.01" strokeWidth="2.6" />
  </Icon>
);
export const UpIcon = () => (
  <Icon>
    <path d="m5 12.5 5-5 5 5" />
  </Icon>
);
export const DownIcon = () => (
  <Icon>
    <path d="m5 7.5 5 5 5-5" />
  </Icon>
);
export const PlanIcon = () => (
  <Icon>
    <path d="M4 4.5h5v4H4zM11 11.5h5v4h-5zM6.5 8.5v5h4.5" />
  </Icon>
);
export const ReportIcon = () => (
  <Icon>
    <path d="M3.5 16.5h13M6 14v-4M10 14V5M14 14V8" />
  </Icon>
);
export const DownloadIcon = ImportIcon;
export const CalendarIcon = () => (
  <Icon>
    <path d="M3.5 5h13v11.5h-13zM3.5 8.5h13M7 3v3.5M13 3v3.5" />
  </Icon>
);
