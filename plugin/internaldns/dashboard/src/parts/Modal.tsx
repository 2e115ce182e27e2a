import { Button, Dialog } from "@cloudflare/kumo";
import { XIcon } from "@phosphor-icons/react";
import type { ReactNode } from "react";

type Props = {
  open: boolean;
  onClose: () => void;
  title: string;
  about?: ReactNode;
  wide?: boolean;
  foot?: ReactNode; // buttons, the one to press last
  onSubmit?: () => void; // makes the content a form
  children: ReactNode;
};

/** Modal is a dialog over the page: as high as it needs, on phones as wide as there is. */
export function Modal({ open, onClose, title, about, wide, foot, onSubmit, children }: Props) {
  const content = (
    <>
      <div className="flex items-start justify-between gap-4 px-5 pt-5 pb-3 sm:px-6">
        <div className="min-w-0">
          <Dialog.Title className="text-lg font-semibold break-words">{title}</Dialog.Title>
          {about && <Dialog.Description className="mt-1 text-sm text-kumo-subtle">{about}</Dialog.Description>}
        </div>
        <Button type="button" variant="ghost" shape="square" size="sm" icon={<XIcon />} aria-label="Close" onClick={onClose} />
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto px-5 py-2 sm:px-6">{children}</div>
      {foot && <div className="flex flex-wrap justify-end gap-2 px-5 pt-3 pb-5 sm:px-6">{foot}</div>}
    </>
  );
  return (
    <Dialog.Root open={open} onOpenChange={(now) => !now && onClose()}>
      <Dialog size={wide ? "xl" : "lg"} className="flex max-h-[90dvh] w-[calc(100vw-1.5rem)] flex-col overflow-hidden p-0">
        {onSubmit ? (
          <form
            className="flex min-h-0 flex-1 flex-col"
            noValidate
            onSubmit={(e) => {
              e.preventDefault();
              e.stopPropagation(); // a form in a dialog over a form is not part of that
              onSubmit();
            }}
          >
            {content}
          </form>
        ) : (
          content
        )}
      </Dialog>
    </Dialog.Root>
  );
}
