import type { RefObject } from "preact";
import { useRef } from "preact/hooks";

/** A finger trembles: less than this is a press. */
const PRESS_PX_MAX = 6;

interface Drag {
  handlers: {
    onPointerDown: (event: PointerEvent) => void;
    onPointerMove: (event: PointerEvent) => void;
    onPointerUp: (event: PointerEvent) => void;
    onPointerCancel: (event: PointerEvent) => void;
  };
  /** Whether the click that has come is a press, not the end of a dragging. */
  wasPress: () => boolean;
}

/** Let an element follow the pointer, and tell where it was dropped. */
export function useDrag(element: RefObject<HTMLElement | null>, onDrop: (at: DOMRect) => void): Drag {
  const from = useRef<{ x: number; y: number; moved: boolean } | null>(null);
  const dragged = useRef(false);
  const shift = (x: number, y: number) =>
    element.current?.style.setProperty("translate", x || y ? `${x}px ${y}px` : "");

  const move = (event: PointerEvent) => {
    const start = from.current;
    if (!start) return;
    const [x, y] = [event.clientX - start.x, event.clientY - start.y];
    start.moved ||= Math.hypot(x, y) > PRESS_PX_MAX;
    if (start.moved) shift(x, y);
  };
  const drop = () => {
    const start = from.current;
    from.current = null;
    dragged.current = start?.moved ?? false;
    const at = element.current?.getBoundingClientRect();
    if (start?.moved && at) onDrop(at);
    shift(0, 0);
  };
  return {
    handlers: {
      onPointerDown(event) {
        if (event.button !== 0) return;
        if (event.currentTarget instanceof Element) event.currentTarget.setPointerCapture(event.pointerId);
        from.current = { x: event.clientX, y: event.clientY, moved: false };
        dragged.current = false;
      },
      onPointerMove: move,
      onPointerUp: drop,
      onPointerCancel: drop,
    },
    wasPress() {
      const press = !dragged.current;
      dragged.current = false;
      return press;
    },
  };
}
