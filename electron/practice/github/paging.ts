/** One page of a list, as GitHub pages: 30 a page where nothing is said, 100 at most, pages from 1. */
export interface Page {
  page: number;
  perPage: number;
}

const positive = (text: string | null, otherwise: number): number => {
  const number = Number.parseInt(text ?? '', 10);
  return number >= 1 ? number : otherwise;
};

export function pageOf(query: URLSearchParams, usual = 30): Page {
  return {
    page: positive(query.get('page'), 1),
    perPage: Math.min(Math.max(usual, 100), positive(query.get('per_page'), usual)),
  };
}

/** The items of a page. */
export function paged<T>(items: readonly T[], { page, perPage }: Page): T[] {
  return items.slice((page - 1) * perPage, page * perPage);
}

/** The `Link` header of a list (RFC 8288), `null` where one page holds everything. */
export function linkHeader(url: URL, { page, perPage }: Page, total: number): string | null {
  const last = Math.max(1, Math.ceil(total / perPage));
  const links: string[] = [];
  const add = (rel: string, number: number): void => {
    const target = new URL(url);
    target.searchParams.set('page', String(number));
    links.push(`<${target.href}>; rel="${rel}"`);
  };
  if (page > 1) add('prev', page - 1);
  if (page < last) {
    add('next', page + 1);
    add('last', last);
  }
  if (page > 1) add('first', 1);
  return links.length > 0 ? links.join(', ') : null;
}
