// How the documentation's index is made, and read again by the search.

export const SEARCH_OPTIONS = {
  fields: ["title", "page", "text"],
  storeFields: ["url", "page", "title"],
  searchOptions: {
    boost: { title: 4, page: 2 },
    prefix: true,
    fuzzy: (/** @type {string} */ term) => (term.length > 4 ? 0.2 : false),
    combineWith: /** @type {const} */ ("AND"),
  },
};
