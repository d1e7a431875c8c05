/**
 * A phrase to avoid and what to write instead. Case does not matter in `find`, and a space in it
 * matches a line break too.
 * @typedef {{ readonly find: RegExp, readonly write: string }} Phrase
 */

/**
 * Idioms and old-fashioned phrases that a reader may not have learned as a second language.
 * @type {readonly Phrase[]}
 */
export const phrases = [
  // For example, similar, optional.
  {
    find: /, say\b(?! (?:so|that|which|whether|what|how|why|no|yes)\b| ?\.{3})/,
    write: 'for example',
  },
  {
    find: /, (?:\S+|(?:an?|as|below|of) [^,.;:]{1,40}) say(?=[,.:;)])/,
    write: 'for example',
  },
  { find: /\b(?:its|their) like\b/, write: 'similar ...' },
  { find: /\bif you like\b/, write: 'optional' },

  // Except, only.
  { find: /\bbut for\b(?! now\b)/, write: 'except' },
  { find: /\b(?:all|any|anything|every|everything|none) but\b/, write: 'all except' },
  { find: /\b(?:no one|nobody|nothing) but\b/, write: 'only' },

  // Need, handle, release.
  { find: /\b(?:do|does|did|doing|done) without\b/, write: 'need, or not need' },
  {
    find: /\b(?:take|takes|taken|taking|took)(?: (?:it|that|them))? up\b(?! to\b)/,
    write: 'start, continue, handle, use',
  },
  { find: /\bsees? to (?:it|that|them|this)\b/, write: 'handle, make sure' },
  { find: /\b(?:let|lets|letting) go\b/, write: 'release' },
  { find: /\b(?:put|puts|putting) off\b/, write: 'postpone' },
  { find: /\bhears? of\b/, write: 'be notified of' },

  // The result of something.
  { find: /\bwhat [^.,:;]{1,50} (?:came|comes?) to(?= *(?:[.,:;|)]|$))/, write: 'the result of' },
  { find: /\b(?:became|becomes?|came|comes?) of\b(?! age\b)/, write: 'happens to, the result of' },
  {
    find: /\bwhat (?:\S+ ){1,3}(?:(?<!(?:are|is) )made|makes?) of\b/,
    write: 'the result of, your version of',
  },

  // One per item.
  { find: /\ba (?:file|line|page|row|sentence) each\b/, write: 'one ... per ...' },

  // Distinguish, match, include.
  { find: /\b(?:tell|tells|telling|told)(?: \S+)? apart\b/, write: 'distinguish, separate' },
  { find: /\bin step\b(?! \d)/, write: 'synchronized, consistent' },
  { find: /\b(?:brings?|brought|came|comes?) along\b/, write: 'include, add, copy too' },

  // The actor.
  { find: /\b(?:by|for|from|of|to) who\b/, write: 'name the actor: the user, the caller' },
  { find: /\b(?:is|are) theirs\b/, write: "is the user's, belongs to them" },

  // Time.
  { find: /\bfor ever\b/, write: 'forever' },
  { find: /\bfor good(?= *(?:[.,:;|)]|$))/, write: 'permanently' },
  { find: /\b(?:every )?now and then\b/, write: 'sometimes, at intervals' },
  { find: /\bno more(?= *(?:[.,:;|)]|$))/, write: 'no longer' },
  { find: /\bany more(?= *(?:[.,:;|)]|$))/, write: 'no longer' },

  // Place and state.
  { find: /\bin the way\b(?! (?:in|of|that)\b)/, write: 'already exists, blocks the path' },
  { find: /\bat work\b/, write: 'running, in use' },
  { find: /\bat hand\b/, write: 'available' },
  { find: /\bin sight\b/, write: 'visible' },

  // Manner.
  { find: /\bas good as\b(?! (?:an?|any|its|the|their)\b)/, write: 'treated as, in effect' },
  { find: /\ball the same\b(?= *(?:[.?:;|)]|$))/, write: 'anyway' },
  { find: /\bby way of\b/, write: 'through' },
  { find: /\b(?:not|without|worth) a word\b/, write: 'silently, without a message' },
  { find: /\ba word of\b(?! (?:an?|its|the|their|this)\b)/, write: 'a message about' },
  { find: /\b(?:nothing|something) of the kind\b/, write: 'name what it is' },
  { find: /\bhad (?:it|they|you) \w+e[dn]\b/, write: 'if ... had' },

  // Spelling that the dictionary of single words cannot see.
  { find: /\btime-out(?=s?\b)/, write: 'timeout' },
  { find: /\bback-up(?=s?\b)/, write: 'backup' },
  { find: /\blook-up(?=s?\b)/, write: 'lookup' },
  { find: /\bhalf-way\b/, write: 'halfway' },
];

/**
 * First words of a comment that say too late what it is about.
 * @type {readonly Phrase[]}
 */
export const openings = [
  { find: /What(?:ever)?\b/, write: 'start with a verb or a noun: "Returns ...", "The text ..."' },
  { find: /Of\b/, write: 'start with the subject of the sentence' },
  { find: /(?:Who|Whose|Whom|Whoever)\b/, write: 'name the actor: the user, the process that ...' },
  { find: /(?:Somebody|Anybody|Everybody)\b/, write: 'name the actor: a person, another process' },
  { find: /Nobody\b/, write: 'say what cannot happen, or name who cannot: no process, no user' },
  { find: /Not (?:if|for)\b/, write: 'say when it does happen: "Only if ..."' },
];
