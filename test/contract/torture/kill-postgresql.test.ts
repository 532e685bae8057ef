import { describeKills } from './fifty-kills.ts';

describeKills('postgresql');
