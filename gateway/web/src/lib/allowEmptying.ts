// React Aria empties its announcements with innerHTML = '' whenever a number or a date is typed. Under our policy of
// trusted types every text given to innerHTML is refused, also the empty one, and the page would fall over. Emptying
// injects nothing: it is done without the sink, everything else still meets the policy.
export function allowEmptying() {
  const property = Object.getOwnPropertyDescriptor(Element.prototype, 'innerHTML');
  const set = property?.set;
  if (!property || !set) return;
  Object.defineProperty(Element.prototype, 'innerHTML', {
    ...property,
    set(this: Element, html: string) {
      if (html === '') this.replaceChildren();
      else set.call(this, html);
    },
  });
}
