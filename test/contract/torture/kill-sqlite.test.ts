import { describeKills } from './hundred-kills.ts';

describeKills('sqlite');
