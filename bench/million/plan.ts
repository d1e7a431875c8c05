import { Client } from 'pg';

/** How PostgreSQL ran a query. */
export type Plan = {
  /** Steps other than a scan of an index and a limit, such as a scan of the table or a sort. */
  readonly others: number;
  /** Rows that a scan read, and that the query did not want. */
  readonly inVain: number;
};

type Node = {
  readonly 'Node Type': string;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Node[];
};

/**
 * Explains the last statement on the threads of `schema` that another connection ran, and runs it
 * again for that, with these values.
 */
export async function planOfLast(
  url: string,
  schema: string,
  values: readonly (string | number)[],
): Promise<Plan> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const last = await client.query<{ query: string }>(LAST, [`%FROM "${schema}".threads%`]);
    await client.query(`PREPARE last AS ${last.rows[0]?.query}`);
    const given = values.map((value) => client.escapeLiteral(String(value))).join(', ');
    const { rows } = await client.query(`EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE last(${given})`);
    return toPlan(rows[0]['QUERY PLAN'][0]['Plan']);
  } finally {
    await client.end();
  }
}

const LAST = `
  SELECT query FROM pg_stat_activity
  WHERE query LIKE $1 AND pid <> pg_backend_pid() ORDER BY query_start DESC LIMIT 1`;

const nodesIn = (node: Node): readonly Node[] => [node, ...(node.Plans ?? []).flatMap(nodesIn)];

/** Sums up what EXPLAIN says as JSON. */
export function toPlan(root: Node): Plan {
  const nodes = nodesIn(root);
  const others = nodes.filter((node) => !/^(Limit|Index( Only)? Scan)$/.test(node['Node Type']));
  const removed = nodes.map((node) => node['Rows Removed by Filter'] ?? 0);
  return { others: others.length, inVain: removed.reduce((sum, count) => sum + count, 0) };
}
