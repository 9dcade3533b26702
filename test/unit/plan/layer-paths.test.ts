import { expect, test } from 'vitest';
import { layerPaths } from '../../../src/plan/layer-paths.ts';
import { machine } from '../../support/machine.ts';

const aufs = [{ id: '9d4f1a20', branches: ['/cow=rw', '/a=b=ro+wh', '/c\\040d=rr'] }];

test.each([
  ['overlay', 'rw,lowerdir=/a:/b,upperdir=/u,workdir=/w,redirect_dir=on', '/a /b /u /w'],
  ['overlay', 'ro,lowerdir=l/A:/x\\040y', 'l/A /x y'],
  ['overlay', 'rw,lowerdir=/a\\:b::/data', '/a:b /data'],
  ['overlay', 'ro,lowerdir+=/a,lowerdir+=/b,datadir+=/d', '/a /b /d'],
  ['overlay', 'rw,lowerdir=/a\\054upperdir=/x,upperdir=/u', '/a,upperdir=/x /u'],
  ['aufs', 'rw,relatime,si=9d4f1a20', '/cow /a=b /c d'],
  ['aufs', 'rw,si=9d4f1a20,noxino', '/cow /a=b /c d'],
  [
    'aufs',
    'rw,noatime,si=1,xino=/cow/.aufs.xino,br:/cow=rw:/rofs=rr+wh:/x:y=ro',
    '/cow /rofs /x:y',
  ],
  ['aufs', 'rw,si=1,br:/cow=rw,nowarn_perm', '/cow'],
  ['aufs', 'rw,noatime,dirs=/cow=rw:/rofs=ro', '/cow /rofs'],
  ['aufs', 'rw,si=2', ''],
  ['ext4', 'rw,lowerdir=/a', ''],
])('%s %s', (fstype, superOptions, paths) => {
  const mount = machine().mount('/oldroot', fstype, { superOptions });
  expect(layerPaths(mount, aufs).join(' ')).toBe(paths);
});
