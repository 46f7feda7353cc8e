import { DevFailed } from '../../../kernel/device-errors.ts';
import type { DevError } from '../../../kernel/device-errors.ts';
import type { DevErrorList, NamedDevErrorList } from '../idl/basics.ts';

const toDevErrors = (list: DevErrorList): DevError[] =>
  list.map(({ reason, severity, desc, origin }) => ({
    reason,
    severity,
    description: desc,
    origin,
  }));

/** A device's exception as the kernel has it. */
export const toDevFailed = (list: DevErrorList): DevFailed => new DevFailed(toDevErrors(list));

/** The exceptions of several attributes in one; descriptions say whose they are when there are more. */
export const toDevFailedOfSeveral = (list: NamedDevErrorList): DevFailed => {
  if (list.length === 1) return toDevFailed(list[0]?.err_list ?? []);
  return new DevFailed(
    list.flatMap(({ name, err_list }) =>
      toDevErrors(err_list).map((error) => ({
        ...error,
        description: `${name}: ${error.description}`,
      })),
    ),
  );
};
