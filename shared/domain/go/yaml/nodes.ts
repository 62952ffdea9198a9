import type { Mark } from './cursor';
import type { ScalarStyle } from './tokens';

interface NodeBase {
  /** Where it begins, with its anchor and tag; its line. */
  start: Mark;
  anchored: boolean;
  /** The offset behind it. A block of text ends where the next line begins. */
  end: number;
}

export interface ScalarNode extends NodeBase {
  kind: 'scalar';
  value: string;
  /** Resolved to its long form; empty where there is none. */
  tag: string;
  /** Nothing but its form says what it is: plain, or tagged `!`. */
  implicit: boolean;
  style: ScalarStyle;
  /** Where the value alone begins, quotes included; the same as `end` where nothing is written. */
  from: number;
}
export interface MappingNode extends NodeBase {
  kind: 'mapping';
  flow: boolean;
  pairs: [YamlNode, YamlNode][];
}
export interface SequenceNode extends NodeBase {
  kind: 'sequence';
  flow: boolean;
  /** Where the dash of each item is; none within brackets. */
  dashes: Mark[];
  items: YamlNode[];
}
export interface AliasNode extends NodeBase {
  kind: 'alias';
  target: YamlNode;
}
export type YamlNode = ScalarNode | MappingNode | SequenceNode | AliasNode;
