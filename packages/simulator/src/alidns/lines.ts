/** A line that records may be bound to. */
export interface SupportLine {
  code: string;
  /** Empty for a line of the top level. */
  fatherCode: string;
}

export const DEFAULT_LINE = 'default';

const CARRIERS = 'telecom unicom mobile edu drpeng btvn'.split(' ');
const SEARCH_ENGINES = 'google baidu biying youdao'.split(' ');
const AREAS = 'dongbei huabei huadong huanan huazhong xibei xinan'.split(' ');
const PROVINCES =
  'anhui beijing fujian gansu guangdong guangxi guizhou hainan hebei heilongjiang henan hubei hunan jiangsu jiangxi jilin liaoning neimenggu ningxia qinghai shaanxi shandong shanghai shanxi sichuan tianjin xizang xinjiang yunnan zhejiang chongqing'.split(
    ' ',
  );
const OVERSEAS: Readonly<Record<string, string>> = {
  africa: 'za',
  asia: 'ae hk id in jp kh kr la mm mo mv my np ph sa sg th tw vn',
  euro: 'at ch de es fr gb it nl ru se',
  namerica: 'ca mx us',
  oceanica: 'au nz',
  samerica: 'ar br',
};
const CLOUD_REGIONS =
  'cn-beijing cn-chengdu cn-guangzhou cn-hangzhou cn-heyuan cn-huhehaote cn-qingdao cn-shanghai cn-shenzhen cn-wulanchabu cn-zhangjiakou us-west-1 us-east-1 ap-northeast-1 ap-south-1 ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-5 cn-hongkong eu-central-1 eu-west-1 me-east-1'.split(
    ' ',
  );

function* supportLines(): Iterable<SupportLine> {
  yield { code: DEFAULT_LINE, fatherCode: '' };
  for (const carrier of CARRIERS) {
    yield { code: carrier, fatherCode: '' };
    for (const province of PROVINCES) yield { code: `cn_${carrier}_${province}`, fatherCode: carrier };
  }
  for (const area of AREAS) yield { code: `cn_region_${area}`, fatherCode: '' };
  // The list of lines that the vendor publishes spells this one province so.
  for (const province of PROVINCES)
    yield { code: `cn_region_${province === 'shaanxi' ? 'shannxi' : province}`, fatherCode: '' };
  yield { code: 'oversea', fatherCode: '' };
  for (const [continent, countries] of Object.entries(OVERSEAS)) {
    yield { code: `os_${continent}`, fatherCode: 'oversea' };
    for (const country of countries.split(' '))
      yield { code: `os_${continent}_${country}`, fatherCode: `os_${continent}` };
  }
  for (const region of CLOUD_REGIONS) yield { code: `aliyun_r_${region}`, fatherCode: '' };
  yield { code: 'search', fatherCode: '' };
  for (const engine of SEARCH_ENGINES) yield { code: engine, fatherCode: 'search' };
}

export const SUPPORT_LINES: readonly SupportLine[] = [...supportLines()];

const CODES = new Set(SUPPORT_LINES.map(({ code }) => code));

export function isKnownLine(code: string): boolean {
  return CODES.has(code);
}
