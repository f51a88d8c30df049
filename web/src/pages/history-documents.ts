/** The operations of the history page, besides the list itself. */
import { graphql } from '../gql/index.ts';

export const NIGHTS = graphql(/* GraphQL */ `
  query Nights($filter: RunFilter, $last: Int, $dates: [String!]) {
    nights(filter: $filter, last: $last, dates: $dates) {
      date
      outcomes {
        phase
        runs
        seconds
      }
    }
  }
`);

export const COUNT = graphql(/* GraphQL */ `
  query Count($filter: RunFilter) {
    runs(filter: $filter, first: 1) {
      totalCount
      totalCountIsExact
    }
  }
`);
