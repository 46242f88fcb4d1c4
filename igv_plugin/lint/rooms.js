// The folders of src, from the lowest: one imports those before it, and all of them may be imported
// by what lies on top.
export const ROOMS = ['pure', 'data', 'igv', 'parts', 'list', 'find', 'page']
